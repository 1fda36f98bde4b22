import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a kind of kernel that a profile's file lacks")
struct KernelParametersTests {
  /// The shipped file with idle kernels, without some kinds.
  private func profile(without kinds: String...) throws -> HardwareProfile {
    var root = try #require(
      JSONSerialization.jsonObject(with: Shipped.data()) as? [String: Any])
    var kernels = try #require(root["kernels"] as? [String: Any])
    for kind in kinds { kernels[kind] = nil }
    (root["kernels"], root["idle_kernels"]) = (kernels, kernels)
    return try HardwareProfile(
      json: JSONSerialization.data(withJSONObject: root), file: "old.json")
  }

  /// One kernel of each of these kinds.
  private func kernels(_ kinds: [InferenceKernel.Kind]) -> [InferenceKernel] {
    let shape = TensorShape(height: 4, width: 4, channels: 8)
    return kinds.map { kind in
      InferenceKernel(
        kind: kind, kernelSize: 1, stride: 1, groups: 1, inputShape: shape, outputShape: shape,
        activation: .identity, macs: 0, weightCount: 0, addsResidual: false)
    }
  }

  @Test("is priced as elementwise, and MACs at the slowest rate there is")
  func assumed() throws {
    let whole = try profile()
    let all = kernels(InferenceKernel.Kind.allCases)
    #expect(whole.assumedKinds(of: all) == [.layerNorm, .gelu])
    let found = try profile(without: "global_pooling", "pointwise")
    let elementwise = whole.parameters(of: .elementwise)
    var pooling = elementwise
    pooling.isAssumed = true
    #expect(found.parameters(of: .globalPooling) == pooling)
    var pointwise = pooling
    pointwise.gigaOperationsPerSecond = nil
    pointwise.gigaMACsPerSecond =
      InferenceKernel.Kind.allCases.filter { $0 != .pointwise }
      .compactMap { whole.parameters(of: $0).gigaMACsPerSecond }.min()
    #expect(found.parameters(of: .pointwise) == pointwise)
    #expect(found.physical.idleKernels == found.physical.kernels)
    for kind in InferenceKernel.Kind.allCases where kind != .globalPooling && kind != .pointwise {
      #expect(found.parameters(of: kind) == whole.parameters(of: kind))
    }
  }

  @Test("is named, and is not in a copy of the file either")
  func told() throws {
    let found = try profile(without: "global_pooling", "pointwise")
    let asked = kernels([.dense, .globalPooling, .pointwise])
    #expect(found.assumedKinds(of: asked) == [.pointwise, .globalPooling])
    #expect(found.assumedKinds(of: kernels([.dense])).isEmpty)
    #expect(found.assumption(of: kernels([.dense])) == nil)
    #expect(
      found.assumption(of: asked)
        == "the profile says nothing of pointwise, global_pooling: priced as elementwise")
    let copy = try HardwareProfile(json: found.json(), file: "copy.json")
    #expect(copy == found)
  }

  @Test("numbers kinds by their place among all")
  func index() {
    for (place, kind) in InferenceKernel.Kind.allCases.enumerated() {
      #expect(kind.index == place)
    }
  }
}
