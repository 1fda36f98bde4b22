import FileFormats
import NeuralNetworks
import Testing

@testable import SearchSpaces

@Suite("a blueprint's padding")
struct PaddingTests {
  private static func layers(_ padding: String, of own: String = "") -> String {
    """
    {"format": "autodistill-search-space/1", "name": "test", \(padding)
     "parameters": [{"name": "width", "values": [4, 8]}],
     "blueprint": [
       {"layer": "convolution", "kernel": 3, "stride": 2, "channels": "$width" \(own)},
       {"layer": "convolution", "kernel": 3, "channels": "$width", "groups": 2 \(own)},
       {"layer": "depthwise_convolution", "kernel": 5, "stride": 2 \(own)},
       {"layer": "pooling", "kind": "max", "kernel": 3, "stride": 2 \(own)},
       {"layer": "global_average_pool"},
       {"layer": "dense", "channels": "$classes"}
     ]}
    """
  }

  private func network(_ text: String) throws -> Network {
    let space = try readSpace(file: text)
    return try space.network(
      for: space.architecture(choices: [0]), input: fashionShape, classes: 10)
  }

  private static func expected(_ padding: Padding) -> [Layer] {
    [
      .convolution(kernel: 3, stride: 2, channels: 4, bias: false, padding: padding),
      .groupedConvolution(
        kernel: 3, stride: 1, channels: 4, groups: 2, bias: false, padding: padding),
      .depthwiseConvolution(kernel: 5, stride: 2, padding: padding),
      .pooling(.max, kernel: 3, stride: 2, padding: padding == .same ? .same : 1),
    ]
  }

  @Test(
    "is that of the file, unless a layer has its own; half without either",
    arguments: [
      ("", "", Padding.half), (#""padding": "half","#, "", .half),
      (#""padding": "same","#, "", .same),
      ("", #", "padding": "same""#, .same),
      (#""padding": "same","#, #", "padding": "half""#, .half),
    ])
  func inheritance(file: String, own: String, padding: Padding) throws {
    let network = try network(Self.layers(file, of: own))
    #expect(network.nodes[1...4].map(\.layer) == Self.expected(padding))
  }

  @Test("holds in blocks too")
  func blocks() throws {
    let space = try readSpace(
      file: """
        {"format": "autodistill-search-space/1", "name": "test", "padding": "same",
         "parameters": [{"name": "kernel", "values": [3, 5]}],
         "blocks": {"d": {"body": [{"layer": "depthwise_convolution", "kernel": "$kernel"}]}},
         "blueprint": [{"block": "d"}, {"layer": "dense", "channels": "$classes"}]}
        """)
    let network = try space.network(
      for: space.architecture(choices: [1]), input: fashionShape, classes: 10)
    #expect(
      network.nodes[1].layer == .depthwiseConvolution(kernel: 5, stride: 1, padding: .same))
  }

  @Test(
    "is an error with file and field where it is not as documented",
    arguments: [
      (
        layers(#""padding": "valid","#),
        #"padding: got "valid", expected one of "half", "same""#
      ),
      (
        layers("", of: #", "padding": "SAME""#),
        #"blueprint[0].padding: got "SAME", expected one of "half", "same""#
      ),
      (
        layers("").replacing(
          #""global_average_pool""#, with: #""global_average_pool", "padding": "same""#),
        "blueprint[4].padding: got an unknown key, expected one of \"layer\""
      ),
    ])
  func refusals(text: String, expected: String) {
    #expect(problem { () throws(JSONError) in try readSpace(file: text) } == expected)
  }

  private static func window(_ keys: String) -> String {
    """
    {"layer": "convolution", "channels": "$width", \(keys)}, {"layer": "global_average_pool"},
    {"layer": "dense", "channels": "$classes"}
    """
  }

  @Test("allows windows of even and of unlike sides")
  func rectangles() throws {
    let space = try readSpace(
      blueprint: Self.window(
        #""kernel": 10, "kernel_width": 4, "stride": 2, "padding": "same""#))
    let network = try space.network(
      for: space.architecture(choices: [0]), input: fashionShape, classes: 10)
    #expect(
      network.nodes[1].layer
        == .convolution(
          window: WindowSize(height: 10, width: 4), stride: 2, channels: 8, bias: false,
          padding: .same))
    let odd = try readSpace(blueprint: Self.window(#""kernel": 3, "kernel_width": 1"#))
    #expect(
      try odd.network(for: odd.architecture(choices: [0]), input: fashionShape, classes: 10)
        .nodes[1].shape == TensorShape(height: 28, width: 28, channels: 8))
  }

  @Test(
    "with half has odd windows only, and groups square ones",
    arguments: [
      (
        #""kernel": 10, "kernel_width": 4"#,
        "blueprint[0].kernel: got 10, expected an odd whole number from 1 to 31"
      ),
      (
        #""kernel": 3, "kernel_width": 2"#,
        "blueprint[0].kernel_width: got 2, expected an odd whole number from 1 to 31"
      ),
      (
        #""kernel": 3, "kernel_width": 5, "groups": 2"#,
        "blueprint[0].kernel_width: got 5, expected either \"kernel_width\" or \"groups\"; "
          + "groups have square windows"
      ),
    ])
  func oddWindows(keys: String, expected: String) {
    #expect(
      problem { () throws(JSONError) in try readSpace(blueprint: Self.window(keys)) } == expected)
  }
}
