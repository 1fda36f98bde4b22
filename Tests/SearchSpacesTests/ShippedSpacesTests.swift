import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import SearchSpaces

@Suite("the shipped spaces")
struct ShippedSpacesTests {
  @Test(
    "have as many points as their documentation says",
    arguments: [
      ("mobile-cnn", 6_131_298_317_760.0), ("quick-mobile", 279_936), ("plain-residual", 6_750),
      ("nas-bench-201", 15_625), ("nas-bench-macro", 6_561),
      ("mlperf-tiny-ds-cnn", 7), ("mlperf-tiny-mobilenet", 6), ("mlperf-tiny-resnet", 6),
      ("mlperf-tiny-autoencoder", 4), ("microcontroller", 30_030_814_800),
    ])
  func counts(name: String, points: Double) throws {
    #expect(try shippedSpace(name).pointCount == points)
    let grouped = Int(points).formatted(
      .number.grouping(.automatic).locale(Locale(identifier: "en")))
    #expect(try documentation().contains("| `\(name).json` | \(grouped)"))
  }

  @Test(
    "are documented by an example that can be read, and by the message that an error in it gives")
  func example() throws {
    let documentation = try documentation()
    let parts = documentation.components(separatedBy: "```")
    let json = try #require(parts.first { $0.hasPrefix("json\n{\n") }).dropFirst(5)
    let space = try SearchSpace(json: Data(json.utf8), file: "tiny.json")
    #expect(space.pointCount == 15)
    try space.checkNetworks(input: fashionShape, classes: 10)
    let wrong = json.replacing("[3, 5]", with: "[3, 4]")
    #expect {
      try SearchSpace(json: Data(wrong.utf8), file: "tiny.json")
    } throws: { error in
      documentation.contains("    \(error)\n")
    }
  }

  func documentation() throws -> String {
    try String(contentsOf: shippedFile("README.md"), encoding: .utf8)
  }

  @Test(
    "give a network and a key for any point, on any image they are meant for",
    arguments: ["mobile-cnn", "quick-mobile", "plain-residual", "fbnet"])
  func decode(name: String) throws {
    let space = try shippedSpace(name)
    var random = RandomStream(seed: 5, purpose: "decode")
    let inputs = [
      fashionShape, TensorShape(height: 32, width: 32, channels: 3),
      TensorShape(height: 30, width: 30, channels: 1),
    ]
    for input in inputs { try space.checkNetworks(input: input, classes: 10) }
    for index in 0..<2_000 {
      let architecture = space.randomArchitecture(using: &random)
      let network = try space.network(
        for: architecture, input: inputs[index % inputs.count], classes: 10)
      #expect(network.outputShape == TensorShape(channels: 10))
      #expect(try space.architecture(key: space.key(of: architecture)) == architecture)
      #expect(!space.description(of: architecture).contains("\n"))
    }
  }

  @Test("search students of the promised sizes, at 28×28×1")
  func sizes() throws {
    func millionMACs(_ name: String) throws -> [Double] {
      let space = try shippedSpace(name)
      var random = RandomStream(seed: 6, purpose: "sizes")
      return try (0..<1_000).map { _ in
        let network = try space.network(
          for: space.randomArchitecture(using: &random), input: fashionShape, classes: 10)
        return Double(NetworkCosts(network).macs) / 1e6
      }
    }
    let mobile = try millionMACs("mobile-cnn")
    #expect(mobile.count { $0 > 0.1 && $0 < 30 } > 900)
    let quick = try millionMACs("quick-mobile")
    #expect(quick.allSatisfy { $0 > 0.1 && $0 < 2 })
    #expect(quick.count { $0 > 0.2 && $0 < 1.2 } > 900)
  }

  @Test("cost what a calculation by hand says: the smallest quick student")
  func quickByHand() throws {
    let space = try shippedSpace("quick-mobile")
    let smallest = space.architecture(choices: space.parameters.map { _ in 0 })
    let network = try space.network(for: smallest, input: fashionShape, classes: 10)
    // stem 3×3, 1 → 8, to 14×14: 196·9·8. Stage 1, to 7×7: expand 8 → 16 at 14×14, depthwise,
    // project to 12. Stage 2, to 4×4: expand 12 → 24 at 7×7, depthwise, project to 24. Head 48.
    let macs =
      196 * 72 + (196 * 128 + 49 * 9 * 16 + 49 * 192) + (49 * 288 + 16 * 9 * 24 + 16 * 576)
      + 16 * 24 * 48 + 480
    // The same weights once each, two norm parameters per channel, ten biases of the logits.
    let parameters =
      (72 + 16) + (128 + 32) + (144 + 32) + (192 + 24) + (288 + 48) + (216 + 48) + (576 + 48)
      + (1152 + 96) + 490
    #expect(NetworkCosts(network).macs == macs)
    #expect(macs == 101_360)
    #expect(NetworkCosts(network).parameters == parameters)
    #expect(parameters == 3_602)
  }

  @Test("cost what a calculation by hand says: a plain residual stage and empty ones")
  func plainByHand() throws {
    let space = try shippedSpace("mobile-cnn")
    let architecture = try architecture(
      of: space,
      ["stem_stride": .integer(2), "stage1_depth": .integer(1), "stage1_width": .integer(16)],
      kind: "plain_residual")
    #expect(
      space.description(of: architecture)
        == "stem: 8 stride 2; ReLU; stage 1: 1 × plain residual 16; stage 2: none; stage 3: none; stage 4: none; head 48"
    )
    let network = try space.network(for: architecture, input: fashionShape, classes: 10)
    // At 14×14: stem, 8 → 16, 16 → 16 and the projection; pooled to 7×7 and 3×3 for the head.
    let macs = 196 * (72 + 9 * 128 + 9 * 256 + 128) + 9 * 16 * 48 + 480
    #expect(NetworkCosts(network).macs == macs)
    #expect(macs == 723_968)
    #expect(
      NetworkCosts(network).parameters
        == (72 + 16) + (1152 + 32) + (2304 + 32) + (128 + 32) + (768 + 96) + 490)
    #expect(network.nodes.count { $0.layer == .add } == 1)
    #expect(
      network.nodes.count { $0.layer == .pooling(.average, kernel: 2, stride: 2, padding: 0) } == 2)
  }

  @Test("cost what a calculation by hand says: two inverted residuals without expansion, with SE")
  func invertedByHand() throws {
    let space = try shippedSpace("mobile-cnn")
    let architecture = try architecture(
      of: space,
      [
        "stem_width": .integer(16), "stage1_depth": .integer(2), "stage1_width": .integer(16),
        "stage1_kernel": .integer(5), "stage1_se": .flag(true),
      ], kind: "inverted_residual")
    let network = try space.network(for: architecture, input: fashionShape, classes: 10)
    // At 28×28: stem and two blocks of depthwise 5×5, SE of hidden width 4 and projection.
    let block = 784 * 25 * 16 + 2 * 4 * 16 + 784 * 256
    #expect(NetworkCosts(network).macs == 784 * 144 + 2 * block + 49 * 16 * 48 + 480)
    let blockParameters = (400 + 32) + (128 + 4 + 16) + (256 + 32)
    #expect(
      NetworkCosts(network).parameters
        == (144 + 32) + 2 * blockParameters + (768 + 96) + 490)
    #expect(network.nodes.count { $0.layer == .add } == 2)
    #expect(network.nodes.count { $0.layer == .squeezeExcitation(hidden: 4) } == 2)
  }

  /// Returns the first architecture with these values, where stage 1 is of this kind.
  func architecture(
    of space: SearchSpace, _ values: [String: ParameterValue], kind: String
  ) throws -> Architecture {
    let choices = try space.parameters.map { parameter in
      let value = parameter.name == "stage1_kind" ? .text(kind) : values[parameter.name]
      return try value.map { try #require(parameter.values.firstIndex(of: $0)) } ?? 0
    }
    return space.architecture(choices: choices)
  }
}
