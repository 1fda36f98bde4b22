import NeuralNetworks
import TensorKernels
import Testing

@testable import SearchSpaces

@Suite("a network made by a blueprint")
struct BlueprintAssemblyTests {
  func layers(
    _ blueprint: String, blocks: String? = nil, choice: Int = 0,
    input: TensorShape = TensorShape(height: 8, width: 8, channels: 3)
  ) throws -> [Layer] {
    let space = try readSpace(
      blocks: blocks, blueprint: blueprint + #", {"layer": "dense", "channels": "$classes"}"#)
    let architecture = space.architecture(choices: [choice])
    let network = try space.network(for: architecture, input: input, classes: 10)
    #expect(network.outputShape == TensorShape(channels: 10))
    return network.nodes.dropFirst().dropLast().map(\.layer)
  }

  @Test("has the layers that are named, with their defaults")
  func layerKinds() throws {
    let layers = try layers(
      """
      {"layer": "convolution", "kernel": 3, "channels": "$width"},
      {"layer": "convolution", "kernel": 5, "stride": 2, "channels": 12, "bias": true},
      {"layer": "depthwise_convolution", "kernel": 3},
      {"layer": "batch_norm"}, {"layer": "activation", "kind": "hard_swish"},
      {"layer": "squeeze_excitation", "hidden": "max(4, $channels / 4)"},
      {"layer": "pooling", "kind": "max", "kernel": 3, "stride": 2},
      {"layer": "pooling", "kind": "average", "kernel": 2},
      {"layer": "global_average_pool"}, {"layer": "dropout", "rate": 0.25},
      {"layer": "dense", "channels": "2 * $channels + $height"}
      """)
    #expect(
      layers == [
        .convolution(kernel: 3, stride: 1, channels: 8, bias: false),
        .convolution(kernel: 5, stride: 2, channels: 12, bias: true),
        .depthwiseConvolution(kernel: 3, stride: 1),
        .batchNorm, .activation(.hardSwish), .squeezeExcitation(hidden: 4),
        .pooling(.max, kernel: 3, stride: 2, padding: 1),
        .pooling(.average, kernel: 2, stride: 1, padding: 0),
        .globalAveragePool, .dropout(rate: 0.25), .dense(channels: 25),
      ])
  }

  @Test("has groups where a convolution is given more than one, and shuffles")
  func groups() throws {
    let blueprint = """
      {"layer": "convolution", "kernel": 1, "channels": 12, "groups": "$width / 8"},
      {"layer": "convolution", "kernel": 3, "channels": 6, "groups": 3, "bias": true},
      {"layer": "channel_shuffle", "groups": 2}
      """
    let image = TensorShape(height: 8, width: 8, channels: 4)
    let last: [Layer] = [
      .groupedConvolution(kernel: 3, stride: 1, channels: 6, groups: 3, bias: true),
      .channelShuffle(groups: 2),
    ]
    #expect(
      try layers(blueprint, input: image)
        == [.convolution(kernel: 1, stride: 1, channels: 12, bias: false)] + last)
    #expect(
      try layers(blueprint, choice: 1, input: image)
        == [.groupedConvolution(kernel: 1, stride: 1, channels: 12, groups: 2, bias: false)] + last)
    let error = try #require(throws: SearchSpaceError.self) { try layers(blueprint, choice: 1) }
    #expect(
      error.description.hasSuffix(
        "grouped_convolution: the number of groups must divide the 3 channels of the input, got 2"))
  }

  @Test("takes the branches that the values choose")
  func branches() throws {
    let blueprint = """
      {"if": "$width == 8", "then": [{"layer": "batch_norm"}],
       "else": [{"layer": "activation", "kind": "relu"}]},
      {"if": "$width > 8", "then": [{"layer": "dropout", "rate": 0.5}]},
      {"choose": "$width > 8 ? 'wide' : 'narrow'",
       "cases": {"wide": [], "narrow": [{"layer": "activation", "kind": "relu6"}]}}
      """
    #expect(try layers(blueprint) == [.batchNorm, .activation(.relu6)])
    #expect(try layers(blueprint, choice: 1) == [.activation(.relu), .dropout(rate: 0.5)])
  }

  @Test("repeats a body with its index, inside blocks too")
  func repetition() throws {
    let blocks = """
      "pair": {"arguments": ["stride"], "body": [
        {"repeat": {"count": 2, "index": "i", "body": [
          {"repeat": {"count": "$i + 1", "index": "j", "body": [
            {"layer": "convolution", "kernel": "2 * $j + 1", "channels": "$width",
             "stride": "$i == 0 ? $stride : 1"}]}}]}}]}
      """
    let convolution = { (kernel: Int, stride: Int) in
      Layer.convolution(kernel: kernel, stride: stride, channels: 8, bias: false)
    }
    #expect(
      try layers(#"{"block": "pair", "with": {"stride": 2}}"#, blocks: blocks)
        == [convolution(1, 2), convolution(1, 1), convolution(3, 1)])
  }

  @Test("gives arguments the meaning that names have at the call")
  func callByMeaning() throws {
    let blocks = """
      "two": {"arguments": ["c"], "body": [
        {"layer": "convolution", "kernel": 1, "channels": "$c"},
        {"layer": "convolution", "kernel": 1, "channels": "$c + $channels"}]}
      """
    let convolution = { Layer.convolution(kernel: 1, stride: 1, channels: $0, bias: false) }
    // Three channels enter; `$channels * $width` is 24 in both layers of the block.
    #expect(
      try layers(
        #"{"block": "two", "with": {"c": "$channels * $width"}}"#, blocks: blocks)
        == [convolution(24), convolution(48)])
  }

  @Test("adds the input where the shapes agree, and a projection or nothing where they do not")
  func residuals() throws {
    func nodes(_ shortcut: String, channels: Int) throws -> [Network.Node] {
      let space = try readSpace(
        blueprint: """
          {"residual": {"body": [
             {"layer": "convolution", "kernel": 3, "channels": "\(channels) + 0 * $width"}],
           "shortcut": \(shortcut), "activation": "relu"}},
          {"layer": "dense", "channels": "$classes"}
          """)
      let input = TensorShape(height: 4, width: 4, channels: 3)
      return try space.network(
        for: space.architecture(choices: [0]), input: input, classes: 2
      ).nodes
    }
    let convolution = { (kernel: Int, channels: Int) in
      Layer.convolution(kernel: kernel, stride: 1, channels: channels, bias: false)
    }
    let projection = #"[{"layer": "convolution", "kernel": 1, "channels": 5}]"#
    for shortcut in [projection, "\"none\""] {
      let identity = try nodes(shortcut, channels: 3)
      #expect(
        identity.map(\.layer) == [
          .input, convolution(3, 3), .add, .activation(.relu), .dense(channels: 2),
        ])
      #expect(identity[2].inputs == [1, 0])
    }
    let projected = try nodes(projection, channels: 5)
    #expect(
      projected.map(\.layer) == [
        .input, convolution(3, 5), convolution(1, 5), .add, .activation(.relu), .dense(channels: 2),
      ])
    #expect(projected.map(\.inputs) == [[], [0], [0], [2, 1], [3], [4]])
    let bare = try nodes("\"none\"", channels: 5)
    #expect(
      bare.map(\.layer) == [.input, convolution(3, 5), .activation(.relu), .dense(channels: 2)])
  }

  @Test("adds nothing when the body of a residual turns out empty")
  func emptyResidual() throws {
    #expect(
      try layers(
        """
        {"residual": {"body": [{"if": "$width > 8", "then": [{"layer": "batch_norm"}]}],
         "shortcut": "none", "activation": "relu"}}
        """) == [])
  }

  @Test(
    "is an error that names element and key where it does not fit the data",
    arguments: [
      (
        #"{"layer": "dense", "channels": 7}"#, "blueprint[1]",
        "it ends with 7 logits for 10 classes"
      ),
      (
        #"{"layer": "pooling", "kind": "max", "kernel": 2}"#, "blueprint[1]",
        "max_pooling: a window of 2 does not fit into 1×1×8"
      ),
      (
        #"{"layer": "squeeze_excitation", "hidden": "$channels / 16"}"#, "blueprint[1].hidden",
        "got 0, expected a whole number from 1 to 65536"
      ),
      (
        #"{"layer": "dropout", "rate": "1 / ($channels - 8)"}"#, "blueprint[1].rate",
        "got \"1 / ($channels - 8)\", expected no division by zero (character 3)"
      ),
      (
        #"{"residual": {"body": [{"layer": "dense", "channels": 4}], "shortcut": [{"layer": "dense", "channels": 5}]}}"#,
        "blueprint[1]", "add: cannot add 1×1×4 to 1×1×5"
      ),
    ])
  func unbuildable(element: String, path: String, problem: String) throws {
    let space = try readSpace(
      blueprint: #"{"layer": "dense", "channels": "$width"}, \#(element)"#)
    let expected = SearchSpaceError.unbuildable(
      file: "s.json", field: path, key: "0", problem: problem)
    #expect(throws: expected) {
      try space.network(
        for: space.architecture(choices: [0]), input: fashionShape, classes: 10)
    }
    #expect(throws: SearchSpaceError.self) {
      try space.checkNetworks(input: fashionShape, classes: 10)
    }
  }

  @Test("must end in a vector")
  func vector() throws {
    let space = try readSpace(
      blueprint: #"{"layer": "convolution", "kernel": 3, "channels": "$classes + 0 * $width"}"#)
    #expect(
      throws: SearchSpaceError.unbuildable(
        file: "s.json", field: "blueprint[0]", key: "1",
        problem: "convolution: the output must be a vector of logits, got 28×28×10")
    ) {
      try space.network(for: space.architecture(choices: [1]), input: fashionShape, classes: 10)
    }
  }
}
