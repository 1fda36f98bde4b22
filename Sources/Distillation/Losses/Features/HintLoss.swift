import FileFormats
import NeuralNetworks
import RandomStreams
import TensorKernels

/// `{"kind": "hint"}`: FitNets.
public struct HintRule: LossRule {
  public static let kind = "hint"
  public static let keys: [String] = []
  public static let reads = LossReads.features
  public static let summary =
    "mean over positions and teacher's channels of (f·A + b − t)²; Romero et al., arXiv:1412.6550"

  public init(_ members: JSONMembers) throws(JSONError) {}
  public init() {}
  public var identity: String { "" }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("a hint compares features") }
    return try HintLoss(pair)
  }
}

/// The distance between a feature of the teacher and a linear map of one of the student's.
///
///     L = w · mean over batch, positions and teacher's channels of (f·A + b − t)²
///
/// f and t are the student's and the teacher's features at one position; the connector (A, b), a 1×1
/// convolution, is trained with the student and dropped with the loss. Source: Romero et al., "FitNets: hints
/// for thin deep nets", arXiv:1412.6550, with the mean in the place of half the sum.
public struct HintLoss: TrainingLoss {
  /// What is compared; heights and widths are the same.
  public let pair: FeaturePair
  /// w.
  public let weight: Float

  /// Compares two inner outputs.
  ///
  /// - Throws: `LossError` where their heights or widths differ.
  public init(_ pair: FeaturePair, weight: Float = 1) throws(LossError) {
    let (own, other) = (pair.studentShape, pair.teacherShape)
    guard own.height == other.height && own.width == other.width else {
      throw LossError("a feature of \(own) cannot be compared with the teacher's of \(other)")
    }
    (self.pair, self.weight) = (pair, weight)
  }

  /// Of one image; the same in both.
  private var positions: Int { pair.studentShape.positionCount }
  private var channels: Int { pair.studentShape.channels }
  private var teacherChannels: Int { pair.teacherShape.channels }

  public var inputs: LossInputs { pair.inputs }

  /// A, `[channels, teacherChannels]`, then b.
  public var connectorFloats: Int { (channels + 1) * teacherChannels }

  /// Draws A evenly from ±1/√channels; b starts at zero.
  public func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: "hint connector", pair.student)
    let bound = 1 / Double(channels).squareRoot()
    for i in 0..<channels * teacherChannels {
      connectors[i] = Float(bound * (2 * stream.uniform() - 1))
    }
  }

  public func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(self, images: images, cursor: &cursor)
    return cursor.floats
  }

  public func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let parts = Scratch(self, images: slice.count, cursor: &cursor)
    let (feature, target) = (slice.features[0], slice.teacherFeatures[0])
    let bias = channels * teacherChannels
    let rows = slice.count * positions
    matrixProduct(
      feature.values, slice.connectors, bias: slice.connectors + bias, into: parts.residuals,
      m: rows, n: teacherChannels, k: channels)
    let perImage = positions * teacherChannels
    let factor = 2 * weight / Float(slice.batch * perImage)
    var squares = 0.0
    for i in 0..<rows * teacherChannels {
      let residual = parts.residuals[i] - target[i]
      squares += Double(residual) * Double(residual)
      parts.residuals[i] = factor * residual
    }
    transposedProduct(
      feature.values, parts.residuals, addingTo: slice.connectorGradients, positions: rows,
      m: channels, n: teacherChannels)
    addColumnSums(
      parts.residuals, to: slice.connectorGradients + bias, rows: rows, columns: teacherChannels)
    transpose(slice.connectors, into: parts.rows, rows: channels, columns: teacherChannels)
    matrixProduct(
      parts.residuals, parts.rows, into: feature.gradient, m: rows, n: channels,
      k: teacherChannels)
    return (Double(weight) * squares / Double(perImage), 0)
  }

  private struct Scratch {
    /// f·A + b − t, then its gradient, `[images, H, W, teacherChannels]`.
    let residuals: UnsafeMutablePointer<Float>
    /// A's transpose.
    let rows: UnsafeMutablePointer<Float>

    init(_ loss: HintLoss, images: Int, cursor: inout MemoryCursor) {
      residuals = cursor.take(images * loss.positions * loss.teacherChannels)
      rows = cursor.take(loss.channels * loss.teacherChannels)
    }
  }
}
