import Foundation
import Testing

@testable import NeuralNetworks

@Suite("a network's costs")
struct NetworkCostsTests {
  @Test("are those counted independently", arguments: ReferenceStudent.allCases)
  func referenceStudents(student: ReferenceStudent) throws {
    let costs = NetworkCosts(try student.network())
    #expect(costs.macs == student.macs)
    #expect(costs.parameters == student.parameters)
  }

  @Test("fold norms into weights and biases", arguments: ReferenceStudent.allCases)
  func weightBytes(student: ReferenceStudent) throws {
    let network = try student.network()
    // A folded norm has one value a channel where it was trained with two.
    let channels = network.nodes.filter { $0.layer == .batchNorm }.reduce(0) {
      $0 + $1.shape.channels
    }
    #expect(NetworkCosts(network).weightBytes == 4 * (student.parameters - channels))
  }

  @Test("count a chain's peak as its largest pair of neighbours")
  func chainPeak() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.appendUnit(kernel: 3, stride: 1, channels: 8, .relu)
    try builder.appendUnit(kernel: 3, stride: 2, channels: 4, .relu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    let network = try builder.network()
    let costs = NetworkCosts(network)
    // No gradient leads to the image.
    #expect(
      InferenceGraph(network).trainingMACs == 2 * 9 * 8 * 64 + 3 * (9 * 8 * 4 * 16 + 4 * 10))
    // 8×8×1, 8×8×8, 4×4×4, 4 and 10 floats: the first two together are 576, the next 576.
    #expect(costs.peakActivationBytes == 4 * 576)
    #expect(costs.macs == 9 * 8 * 64 + 9 * 8 * 4 * 16 + 4 * 10)
    #expect(costs.parameters == 72 + 16 + 288 + 8 + 50)
    #expect(costs.weightBytes == 4 * (72 + 8 + 288 + 4 + 50))
    #expect(network.depth == 3)
  }

  @Test("count a shortcut's tensor until it is added")
  func shortcutPeak() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .relu)
    let source = builder.current
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, .relu)
    try builder.appendUnit(kernel: 3, stride: 1, channels: 4, nil)
    try builder.add(source)
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    #expect(network.depth == 3)
    let costs = NetworkCosts(network)
    // The shortcut, the second and the third convolution's outputs of 64 floats each.
    #expect(costs.peakActivationBytes == 4 * 3 * 64)
  }

  @Test("count biases, dropout and pooling")
  func smallLayers() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 2, channels: 5, bias: true))
    try builder.append(.pooling(.max, kernel: 3, stride: 2, padding: 1))
    try builder.append(.squeezeExcitation(hidden: 2))
    try builder.append(.dropout(rate: 0.2))
    try builder.append(.dense(channels: 7))
    let network = try builder.network()
    let costs = NetworkCosts(network)
    #expect(costs.parameters == 135 + 5 + (10 + 2 + 10 + 5) + 20 * 7 + 7)
    #expect(costs.macs == 135 * 9 + 20 + 140)
    #expect(costs.weightBytes == 4 * costs.parameters)
    #expect(
      network.inferenceKernels.map(\.kind) == [.convolution, .pooling, .squeezeExcitation, .dense])
  }

  @Test("of a fused kernel name its window, activation and residual")
  func kernels() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 6, width: 6, channels: 8))
    try builder.appendInvertedResidual(
      channels: 8, kernel: 5, stride: 1, expansion: 2, .hardSwish)
    try builder.append(.globalAveragePool)
    let kernels = try builder.network().inferenceKernels
    #expect(kernels.map(\.kind) == [.pointwise, .depthwise, .pointwise, .globalPooling])
    #expect(kernels.map(\.kernelSize) == [1, 5, 1, 1])
    #expect(kernels.map(\.activation) == [.hardSwish, .hardSwish, .identity, .identity])
    #expect(kernels.map(\.addsResidual) == [false, false, true, false])
    #expect(kernels.map(\.weightCount) == [128 + 16, 400 + 16, 128 + 8, 0])
    #expect(kernels.map(\.macs) == [128 * 36, 400 * 36, 128 * 36, 0])
    #expect(kernels[0].bytesMoved == 4 * (288 + 576 + 144))
    #expect(kernels[2].bytesMoved == 4 * (576 + 2 * 288 + 136))
  }

  @Test("of zeros and of a tensor added to itself are those of passes over the activations")
  func passes() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.zero)
    try builder.add(builder.current)
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let kernels = network.inferenceKernels
    #expect(kernels.map(\.kind) == [.elementwise, .elementwise, .globalPooling])
    #expect(kernels.map(\.addsResidual) == [false, true, false])
    #expect(kernels.allSatisfy { $0.macs == 0 && $0.weightCount == 0 })
    let costs = NetworkCosts(network)
    #expect(costs.macs == 0)
    #expect(costs.parameters == 0)
    #expect(costs.peakActivationBytes == 4 * 2 * 32)
  }

  @Test(
    "of layer norms and GELU are kinds of their own, the factors and addends of a norm its weights")
  func layerNorms() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 6))
    try builder.append(.layerNorm)
    try builder.append(.gelu)
    try builder.append(.globalAveragePool)
    let kernels = try builder.network().inferenceKernels
    #expect(kernels.map(\.kind) == [.layerNorm, .gelu, .globalPooling])
    #expect(kernels.map(\.weightCount) == [12, 0, 0])
    #expect(kernels.allSatisfy { $0.macs == 0 && !$0.addsResidual })
  }

  @Test("of groups are those of what each group sees; a shuffle only moves bytes")
  func groups() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 6))
    try builder.appendGroupedBottleneck()
    try builder.append(
      .groupedConvolution(kernel: 3, stride: 2, channels: 9, groups: 3, bias: true))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    let kernels = network.inferenceKernels
    #expect(
      kernels.map(\.kind) == [
        .pointwise, .elementwise, .depthwise, .pointwise, .convolution, .globalPooling,
      ])
    #expect(kernels.map(\.groups) == [2, 1, 1, 2, 3, 1])
    #expect(kernels.map(\.macs) == [36 * 64, 0, 108 * 64, 36 * 64, 162 * 16, 0])
    #expect(kernels.map(\.weightCount) == [36 + 12, 0, 108 + 12, 36 + 6, 162 + 9, 0])
    #expect(kernels[1].bytesMoved == 4 * 2 * 64 * 12)
    #expect(kernels[3].addsResidual)
    #expect(network.depth == 4)
    let norms = 2 * (12 + 12 + 6)
    #expect(NetworkCosts(network).parameters == 36 + 108 + 36 + 162 + 9 + norms)
  }

  @Test("are written with their units")
  func coding() throws {
    let costs = NetworkCosts(try ReferenceStudent.small.network())
    let data = try JSONEncoder().encode(costs)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Int])
    #expect(
      object.keys.sorted() == ["macs", "parameters", "peak_activation_bytes", "weight_bytes"])
    #expect(try JSONDecoder().decode(NetworkCosts.self, from: data) == costs)
  }
}
