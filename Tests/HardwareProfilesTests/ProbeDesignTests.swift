import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("the probes")
struct ProbeDesignTests {
  @Test("cover every kind, each with several shapes, launches and working sets")
  func cover() throws {
    let probes = try ProbeDesign.probes()
    for kind in InferenceKernel.Kind.allCases {
      let kernels = probes.filter { $0.kind == kind }.map(\.network.inferenceKernels)
      #expect(kernels.count >= 7)
      #expect(kernels.allSatisfy { $0[0].kind == kind })
      #expect(Set(kernels.map { $0[0].outputShape.channels }).count >= 3)
      if kind != .globalPooling { #expect(Set(kernels.map(\.count)).count >= 2) }
    }
  }

  @Test("differ from each other and are small")
  func small() throws {
    let networks = try ProbeDesign.probes().map(\.network)
    #expect(Set(networks).count == networks.count)
    #expect(networks.allSatisfy { NetworkCosts($0).macs < 40_000_000 })
  }
}
