import NeuralNetworks
import Testing

@testable import Benchmarks

@Suite("the published reference networks")
struct ReferenceNetworkTests {
  /// Trained parameters, the weights and biases of inference with norms folded, and multiply–adds.
  struct Counts: Equatable {
    var parameters: Int
    var foldedWeights: Int
    var macs: Int

    init(parameters: Int, foldedWeights: Int, macs: Int) {
      (self.parameters, self.foldedWeights, self.macs) = (parameters, foldedWeights, macs)
    }

    init(_ network: Network) {
      let costs = NetworkCosts(network)
      self.init(
        parameters: costs.parameters, foldedWeights: costs.weightBytes / 4, macs: costs.macs)
    }
  }

  @Test(
    "have the layers that they are known for",
    arguments: [
      (
        ReferenceNetwork.mobileNetV2At96,
        Counts(parameters: 398_690, foldedWeights: 384_608 + 7_042, macs: 10_656_688)
      ),
      // MLPerf Tiny's files hold 77,360 weights and 346 biases, and 22,016 and 588.
      (.resNet8, Counts(parameters: 77_946, foldedWeights: 77_360 + 346, macs: 12_501_632)),
      (.dsCNN, Counts(parameters: 23_180, foldedWeights: 22_016 + 588, macs: 2_656_768)),
      // torchvision's MobileNetV2 of half the width has as many parameters; the paper's authors state 97 million MACs.
      (
        .mobileNetV2At224,
        Counts(parameters: 1_968_680, foldedWeights: 1_949_136 + 10_272, macs: 97_131_840)
      ),
    ])
  func counts(reference: ReferenceNetwork, counts: Counts) throws {
    let network = try reference.network()
    #expect(Counts(network) == counts)
    #expect(network.inputShape == reference.input)
    #expect(network.outputShape.channels == reference.classes)
  }

  @Test("MobileNetV2 of the full width is torchvision's")
  func fullWidth() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 224, width: 224, channels: 3))
    try builder.appendMobileNetV2(width: 1)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 1000))
    let costs = NetworkCosts(try builder.network())
    #expect(costs.parameters == 3_504_872 && costs.macs == 300_774_272)
  }

  @Test(
    "MobileNetV2's channels are multiples of 8, and never lose more than a tenth",
    arguments: [
      (0.35, [16, 8, 8, 16, 24, 32, 56, 112]), (0.5, [16, 8, 16, 16, 32, 48, 80, 160]),
      (1.0, [32, 16, 24, 32, 64, 96, 160, 320]),
    ])
  func widths(width: Double, channels: [Int]) {
    let full = [32] + MobileNetV2.stages.map(\.channels)
    #expect(full.map { MobileNetV2.channels($0, width: width) } == channels)
  }

  @Test("read images as TensorFlow pads them where they are TensorFlow's")
  func padding() throws {
    let words = try ReferenceNetwork.dsCNN.network()
    #expect(words.nodes[1].shape == TensorShape(height: 25, width: 5, channels: 64))
    let rows = try #require(words.nodes[1].layer.windowAxes(on: words.inputShape)?.rows)
    // 24 · 2 + 10 − 49 = 9 rows of zeros, the odd one below.
    #expect(rows.before == 4 && rows.after == 5 && rows.count == 25)
    let strided = try ReferenceNetwork.resNet8.network().nodes.filter {
      $0.layer.windowAxes(on: TensorShape(height: 32, width: 32, channels: 16))?.rows.stride == 2
    }
    // Two shortcuts and two bodies.
    #expect(strided.count == 4)
    #expect(
      Set(strided.map { $0.shape.height }) == [16, 8]
        && Set(strided.map { $0.shape.channels }) == [32, 64])
  }

  @Test("keep the names by which files and commands know them")
  func names() {
    #expect(ReferenceNetwork.allCases.map(\.rawValue) == ["S", "M", "L", "T", "V", "R", "D", "W"])
    #expect(ReferenceNetwork.forFashionMNIST.map(\.rawValue) == ["S", "M", "L", "T"])
    for reference in ReferenceNetwork.forFashionMNIST {
      #expect(reference.input == TensorShape(height: 28, width: 28, channels: 1))
      #expect(reference.classes == 10 && reference.batch == 64)
    }
  }
}
