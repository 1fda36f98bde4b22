import FileFormats
import NeuralNetworks
import TensorKernels

/// `{"kind": "hint"}`: FitNets.
public struct HintRule: LossRule {
  public static let kind = "hint"
  public static let keys = [FeatureConnector.Resizing.key]
  public static let reads = LossReads.features
  public static let summary =
    "mean over positions and teacher's channels of (f·A + b − t)²; Romero et al., arXiv:1412.6550"

  public var resizing: FeatureConnector.Resizing

  public init(_ members: JSONMembers) throws(JSONError) { resizing = try .init(members) }
  public init(resizing: FeatureConnector.Resizing = .pool) { self.resizing = resizing }
  public var identity: String { resizing.identity }

  public func loss(on site: LossSite) throws(LossError) -> any TrainingLoss {
    guard let pair = site.features else { preconditionFailure("a hint compares features") }
    return HintLoss(pair, resizing: resizing)
  }
}

/// The distance between a feature of the teacher and a linear map of one of the student's.
///
///     L = mean over batch, positions and teacher's channels of (f·A + b − t)²
///
/// f and t are the student's and the teacher's features at one position; the connector (A, b) is trained with the
/// student and dropped with the loss. Source: Romero et al., "FitNets: hints for thin deep nets", arXiv:1412.6550,
/// with the mean in the place of half the sum.
struct HintLoss: ConnectedLoss {
  static let connectorPurpose = "hint connector"
  static let comparesEachImage = true

  let connector: FeatureConnector

  init(_ pair: FeaturePair, resizing: FeatureConnector.Resizing = .pool) {
    connector = FeatureConnector(pair, resizing: resizing)
  }

  func compare(
    _ compared: FeatureConnector.Compared, _ slice: LossSlice, _ memory: Memory
  ) -> Double {
    let perImage = connector.shape.elementCount
    let squares = scaledDifference(
      compared.values, minus: compared.target,
      factor: 2 / Float(slice.batch * perImage), into: compared.gradient,
      count: slice.count * perImage)
    return squares / Double(perImage)
  }

  /// A hint needs nothing besides its connector.
  struct Memory: ConnectedMemory {
    init(_ loss: HintLoss, images: Int, cursor: inout MemoryCursor) {}
  }
}
