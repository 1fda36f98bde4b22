import FileFormats
import NeuralNetworks

/// A residual network, the teacher that is trained when a study brings none.
///
/// A 3×3 stem, then stages of basic blocks (two 3×3 convolutions and a shortcut), then the global mean
/// and a dense layer. Source: He et al., arXiv:1512.03385, without the first pooling.
public struct ResidualTeacher: Hashable, Sendable {
  /// Blocks of one width; the first one has the stride.
  public struct Stage: Hashable, Sendable {
    public var channels: Int
    public var blocks: Int
    public var stride: Int

    public init(channels: Int, blocks: Int, stride: Int) {
      (self.channels, self.blocks, self.stride) = (channels, blocks, stride)
    }
  }

  public var stemChannels: Int
  public var stemStride: Int
  public var stages: [Stage]

  public init(stemChannels: Int, stemStride: Int, stages: [Stage]) {
    (self.stemChannels, self.stemStride, self.stages) = (stemChannels, stemStride, stages)
  }

  /// Reads `{"stem_channels": 16, "stem_stride": 1, "stages": [{"channels": 16, "blocks": 1, "stride": 1}, …]}`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  public init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a residual teacher", known: ["stem_channels", "stem_stride", "stages"])
    stemChannels = try members.required("stem_channels").integer(in: 1...4096)
    stemStride = try members["stem_stride"]?.integer(in: 1...4) ?? 1
    var stages: [Stage] = []
    for element in try members.required("stages").elements(of: "stages") {
      let stage = try element.members(of: "a stage", known: ["channels", "blocks", "stride"])
      stages.append(
        Stage(
          channels: try stage.required("channels").integer(in: 1...4096),
          blocks: try stage["blocks"]?.integer(in: 1...100) ?? 1,
          stride: try stage["stride"]?.integer(in: 1...4) ?? 1))
    }
    self.stages = stages
    let weights = leastWeights
    guard weights <= ResidualTeacher.mostWeights else {
      throw field.expected(
        "channels and blocks with at most \(ResidualTeacher.mostWeights) weights, not \(weights)")
    }
  }

  /// What a network may have: ten times as many as the largest of the paper's kind.
  static let mostWeights = 1_000_000_000

  /// The weights of the blocks' convolutions, which are nearly all.
  private var leastWeights: Int {
    var (weights, input) = (0, stemChannels)
    for stage in stages {
      let (first, further) = (input + stage.channels, 2 * (stage.blocks - 1) * stage.channels)
      // Stages have at most 4,096 channels and 100 blocks; a list of them may be of any length.
      weights += 9 * stage.channels * (first + further)
      input = stage.channels
      if weights > ResidualTeacher.mostWeights { break }
    }
    return weights
  }

  /// Returns the network for images of shape `input`.
  ///
  /// - Throws: `NetworkError` if the images become too small.
  public func network(input: TensorShape, classes: Int) throws(NetworkError) -> Network {
    var builder = NetworkBuilder(input: input)
    try builder.appendNormed(
      kernel: 3, stride: stemStride, channels: stemChannels, activation: .relu)
    for stage in stages {
      for block in 0..<stage.blocks {
        try builder.appendBasicBlock(
          channels: stage.channels, stride: block == 0 ? stage.stride : 1)
      }
    }
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: classes))
    return try builder.network()
  }
}
