import Testing

@testable import NeuralNetworks

@Suite("the places of a network")
struct NetworkPlacesTests {
  private func names(_ places: [NetworkPlaces.Place]) -> [String] {
    places.map { "\($0.name) \($0.shape)" }
  }

  @Test("of a residual network are its stem and its blocks, never what a shortcut goes around")
  func residual() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 16, width: 16, channels: 1))
    try builder.appendNormed(kernel: 3, stride: 1, channels: 4, activation: .relu)
    let stem = builder.current
    try builder.appendBasicBlock(channels: 4, stride: 1)
    let first = builder.current
    try builder.appendBasicBlock(channels: 8, stride: 2)
    let second = builder.current
    try builder.appendBasicBlock(channels: 8, stride: 1)
    let third = builder.current
    let pool = try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    let network = try builder.network()
    let places = NetworkPlaces(network)
    #expect(
      names(places.blocks) == [
        "block1 16×16×4", "block2 16×16×4", "block3 8×8×8", "block4 8×8×8",
      ])
    #expect(places.blocks.map(\.node) == [stem, first, second, third])
    #expect(names(places.stages) == ["stage1 16×16×4", "stage2 8×8×8"])
    #expect(places.stages.map(\.node) == [first, third])
    #expect(places.pooled?.node == pool)
    // The stem, then two convolutions a block, then the dense layer.
    #expect(network.depth == 8)
    #expect(places.blocks.map { 8 * $0.relativeDepth } == [1, 3, 5, 7])
    #expect(places.place(named: "stage2")?.node == third)
    #expect(places.place(named: "stage3") == nil)
    #expect(places.description.hasPrefix("stage1 (16×16×4), stage2 (8×8×8), block1 (16×16×4)"))
  }

  @Test("of bottlenecks are their narrow ends, with a shortcut and without, strided or not")
  func bottlenecks() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 16, width: 16, channels: 1))
    try builder.appendNormed(kernel: 3, stride: 1, channels: 4, activation: .hardSwish)
    var ends = [builder.current]
    func bottleneck(stride: Int, channels: Int, squeezes: Bool, addsInput: Bool) throws {
      let entrance = builder.current
      try builder.appendNormed(kernel: 1, stride: 1, channels: 16, activation: .hardSwish)
      try builder.append(.depthwiseConvolution(kernel: 3, stride: stride))
      try builder.append(.batchNorm)
      try builder.append(.activation(.hardSwish))
      if squeezes { try builder.append(.squeezeExcitation(hidden: 4)) }
      try builder.appendNormed(kernel: 1, stride: 1, channels: channels, activation: .identity)
      if addsInput { try builder.add(entrance) }
      ends.append(builder.current)
    }
    try bottleneck(stride: 1, channels: 4, squeezes: false, addsInput: true)
    try bottleneck(stride: 2, channels: 6, squeezes: true, addsInput: false)
    try bottleneck(stride: 1, channels: 6, squeezes: false, addsInput: false)
    try builder.appendNormed(kernel: 1, stride: 1, channels: 24, activation: .relu6)
    try builder.append(.globalAveragePool)
    try builder.append(.dropout(rate: 0.1))
    try builder.append(.dense(channels: 3))
    let network = try builder.network()
    let places = NetworkPlaces(network)
    #expect(places.blocks.map(\.node) == ends)
    #expect(names(places.stages) == ["stage1 16×16×4", "stage2 8×8×6"])
    // Where everything passes through, no fused kernel is taken apart.
    let units = network.trainingUnits(streaming: true)
    let kept = network.trainingUnits(streaming: true, keeping: Set(ends))
    #expect(kept.count == units.count)
  }

  @Test("of separable convolutions are the ends of their 1×1 convolutions, however wide")
  func separable() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 3))
    try builder.appendNormed(kernel: 3, stride: 1, channels: 4, activation: .relu)
    var ends = [builder.current]
    for (stride, channels) in [(1, 8), (2, 16)] {
      try builder.append(.depthwiseConvolution(kernel: 3, stride: stride))
      try builder.append(.batchNorm)
      try builder.append(.activation(.relu))
      try builder.appendNormed(kernel: 1, stride: 1, channels: channels, activation: .relu)
      ends.append(builder.current)
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    // The stem's end is read by a depthwise convolution, but it is no expansion.
    #expect(NetworkPlaces(try builder.network()).blocks.map(\.node) == ends)
  }

  @Test("end before the first dense layer where there is no global mean")
  func flattened() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 4, bias: true))
    try builder.append(.gelu)
    let convolution = builder.current
    let pool = try builder.append(.pooling(.max, kernel: 2, stride: 2, padding: 0))
    try builder.append(.dense(channels: 10))
    try builder.append(.activation(.relu))
    try builder.append(.dense(channels: 3))
    let places = NetworkPlaces(try builder.network())
    #expect(places.blocks.map(\.node) == [convolution, pool])
    #expect(places.stages.map(\.node) == [convolution, pool])
    #expect(places.pooled == nil)
  }

  @Test("are none of a network that has no layers before its dense one")
  func dense() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 1))
    try builder.append(.dense(channels: 3))
    let places = NetworkPlaces(try builder.network())
    #expect(places.all.isEmpty && places.description == "no places")
    #expect(places.nodes(ofPart: "head") == 1..<2)
  }

  @Test("divide the network into parts that are all of it but the image")
  func parts() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
    try builder.appendNormed(kernel: 3, stride: 1, channels: 4, activation: .relu)
    try builder.appendBasicBlock(channels: 8, stride: 2)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    let network = try builder.network()
    let places = NetworkPlaces(network)
    for names in [["stage1", "stage2", "head"], ["block1", "block2", "head"]] {
      let nodes = try names.flatMap { try #require(places.nodes(ofPart: $0)) }
      #expect(nodes == Array(1..<network.nodes.count))
    }
    #expect(places.nodes(ofPart: "stage3") == nil && places.nodes(ofPart: "pooled") == nil)
  }

  @Test(
    "have names that some network may have",
    arguments: [
      ("stage1", true), ("block12", true), ("pooled", true), ("stage0", false), ("stage01", false),
      ("stage", false), ("block-1", false), ("head", false), ("block1x", false), ("", false),
    ])
  func isName(name: String, expected: Bool) {
    #expect(NetworkPlaces.isName(name) == expected)
    let isPart = name == "pooled" ? false : name == "head" ? true : expected
    #expect(NetworkParts.isName(name) == isPart)
  }
}
