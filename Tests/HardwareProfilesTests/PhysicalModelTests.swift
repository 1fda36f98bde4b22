import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("the physical model")
struct PhysicalModelTests {
  /// 3×3, 4 → 4 channels on 8×8: 9216 MACs; 256 + 2 · 256 + 148 values, 3664 bytes.
  private let kernel = FitFixtures.convolution(channels: 4, side: 8, kernel: 3)

  /// A launch of 2 µs, 1 GMAC/s, 1 thousand million operations/s, no memory levels.
  private func model(
    idle: Bool = false, precision: MeasurementProtocol.Precision = .fp32,
    levels: [Memory.Level] = [],
    _ change: (inout KernelParameters) -> Void = { _ in }
  ) -> PhysicalModel {
    let kernels = InferenceKernel.Kind.allCases.map { kind in
      var parameters = KernelParameters(
        overheadMicroseconds: 2, gigaMACsPerSecond: kind.countsMACs ? 1 : nil,
        gigaOperationsPerSecond: kind.countsOperations ? 1 : nil, relativeUncertainty: 0.1)
      change(&parameters)
      return parameters
    }
    var idleKernels = kernels
    for index in idleKernels.indices { idleKernels[index].overheadMicroseconds = 0.5 }
    return PhysicalModel(
      inferenceOverheadMicroseconds: 7, kernels: kernels, idleKernels: idle ? idleKernels : nil,
      levels: levels, precision: precision)
  }

  private func time(_ kernel: InferenceKernel, _ model: PhysicalModel) -> KernelTime {
    model.time(of: ExecutedKernel(kernel: kernel, isIdle: false))
  }

  @Test("adds a kernel's own traffic to its work")
  func ownTraffic() {
    #expect(kernel.bytesMoved == 3664 && kernel.macs == 9216)
    let bare = time(kernel, model())
    #expect(bare == KernelTime(launch: 2, arithmetic: 9.216, traffic: 0))
    let found = time(kernel, model { $0.gigabytesPerSecond = 2 })
    #expect(abs(found.traffic - 1.832) < 1e-12 && found.arithmetic == 9.216)
    #expect(abs(found.total - (2 + 9.216 + 1.832)) < 1e-12)
    // A roof above both takes their place; one between them and the work alone does not.
    let slow = Memory.Level(name: "DRAM", capacityBytes: nil, bandwidthGigabytesPerSecond: 0.25)
    let bound = time(kernel, model(levels: [slow]) { $0.gigabytesPerSecond = 2 })
    #expect(bound == KernelTime(launch: 2, arithmetic: 0, traffic: 14.656))
    let middle = Memory.Level(name: "DRAM", capacityBytes: nil, bandwidthGigabytesPerSecond: 0.366)
    #expect(time(kernel, model(levels: [middle]) { $0.gigabytesPerSecond = 2 }) == found)
    #expect(time(kernel, model(levels: [middle])).arithmetic == 0)
  }

  @Test(
    "moves a quarter or half of the bytes where values are smaller, biases of int8 whole",
    arguments: MeasurementProtocol.Precision.allCases)
  func bytes(precision: MeasurementProtocol.Precision) throws {
    let bytes = precision.bytes
    let biasBytes = precision == .int8 ? 4 : bytes
    let found = time(kernel, model(precision: precision) { $0.gigabytesPerSecond = 2 })
    #expect(abs(found.traffic - 0.0005 * Double(bytes * 912 + biasBytes * 4)) < 1e-12)

    let network = try ReferenceNetworks.tiny()
    let base = SyntheticDevice.desktop(noise: 0).profile
    let profile = HardwareProfile(
      name: "n", device: "d", measurementProtocol: base.measurementProtocol, memory: base.memory,
      physical: model(precision: precision),
      energy: Energy(picojoulesPerMAC: 0, picojoulesPerByte: 1, staticPowerMilliwatts: 0),
      relativeUncertainty: 0.1, provenance: base.provenance, validation: nil)
    let estimate = profile.predict(network)
    // As in the tests of predictions: 152 weights and 18 biases, 576 values at the convolution, 1284 moved.
    #expect(estimate.weightBytes == bytes * 152 + biasBytes * 18)
    #expect(estimate.peakMemoryBytes == bytes * (152 + 576) + biasBytes * 18)
    #expect(estimate.workingSetBytes == bytes * (64 + 512 + 72) + biasBytes * 8)
    let energy = try #require(estimate.energyMillijoules)
    #expect(abs(energy - 1e-9 * Double(bytes * 1266 + biasBytes * 18)) < 1e-15)
  }

  @Test("runs sums and activations as kernels of their own where they are not fused")
  func fusion() {
    func executed(add: Bool, activation: Bool) -> [InferenceKernel] {
      var model = model()
      model.fusion = FusionRules(add: add, activation: activation)
      return model.executed(workload([kernel])).map(\.kernel)
    }
    #expect(executed(add: true, activation: true) == [kernel])
    let apart = executed(add: false, activation: false)
    #expect(apart.map(\.kind) == [.convolution, .elementwise, .elementwise])
    #expect(apart.map(\.addsResidual) == [false, true, false])
    #expect(apart.map(\.activation) == [.identity, .identity, .relu])
    #expect(apart[0].macs == 9216 && apart[0].weightCount == kernel.weightCount)
    // The sum reads two tensors and writes one, the activation reads one.
    #expect(apart.map(\.bytesMoved) == [4 * (512 + 148), 4 * 768, 4 * 512])
    #expect(apart[1].macs == 0 && apart[1].operations == 256 && apart[1].weightCount == 0)
    #expect(executed(add: false, activation: true).map(\.addsResidual) == [false, true])
    #expect(executed(add: false, activation: true).map(\.activation) == [.relu, .identity])
    #expect(executed(add: true, activation: false).map(\.addsResidual) == [true, false])
  }

  @Test("leaves a pass over the activations whole, and splits nothing off what has nothing fused")
  func unsplit() {
    var pass = kernel
    pass.kind = .elementwise
    var plain = kernel
    plain.addsResidual = false
    plain.activation = .identity
    var model = model()
    model.fusion = FusionRules(add: false, activation: false)
    #expect(model.executed(workload([pass, plain])).map(\.kernel) == [pass, plain])
  }

  @Test("counts one pass over the values for GELU, and three for a layer norm")
  func passes() {
    var pass = kernel
    pass.macs = 0
    let operations = [InferenceKernel.Kind.elementwise, .gelu, .layerNorm].map { kind in
      pass.kind = kind
      return pass.operations
    }
    let values = pass.outputShape.elementCount
    #expect(operations == [values, values, 3 * values])
  }

  @Test("runs idle kernels, at their own rates, only where it has any")
  func idle() {
    let workload = workload([kernel], idle: [kernel, kernel])
    #expect(model().executed(workload) == [ExecutedKernel(kernel: kernel, isIdle: false)])
    let running = model(idle: true)
    #expect(running.executed(workload).map(\.isIdle) == [false, true, true])
    let times = running.executed(workload).map { running.time(of: $0) }
    #expect(times.map(\.launch) == [2, 0.5, 0.5])
    #expect(times.map(\.arithmetic) == [9.216, 9.216, 9.216])
    let sketch = NetworkSketch(workload, on: running)
    #expect(abs(sketch.total - (7 + 11.216 + 2 * 9.716)) < 1e-12)
    #expect(abs(sketch.idle - 2 * 9.716) < 1e-12)
    #expect(NetworkSketch(workload, on: model()).idle == 0)
  }

  @Test("of a slower device takes longer by that factor in every term")
  func scaled() {
    let level = Memory.Level(name: "DRAM", capacityBytes: nil, bandwidthGigabytesPerSecond: 0.1)
    for levels in [[], [level]] {
      let model = model(idle: true, levels: levels) { $0.gigabytesPerSecond = 3 }
      let slower = model.scaled(by: 2.5)
      #expect(slower.inferenceOverheadMicroseconds == 17.5)
      for executed in model.executed(workload([kernel], idle: [kernel])) {
        let (first, second) = (model.time(of: executed), slower.time(of: executed))
        #expect(abs(second.launch - 2.5 * first.launch) < 1e-9)
        #expect(abs(second.arithmetic - 2.5 * first.arithmetic) < 1e-9)
        #expect(abs(second.traffic - 2.5 * first.traffic) < 1e-9)
      }
    }
  }

  private func workload(
    _ kernels: [InferenceKernel], idle: [InferenceKernel] = []
  ) -> InferenceWorkload {
    InferenceWorkload(
      kernels: kernels, idleKernels: idle,
      costs: NetworkCosts(kernels: kernels, parameters: 0, peakActivations: 0))
  }
}
