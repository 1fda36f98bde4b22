import FileFormats
import NeuralNetworks

/// `{"kind": "logit_mse"}`: the logits themselves are learnt, without a temperature.
///
///     L = mean over classes of (z − t)²
///     ∂L/∂z = 2·(z − t)/classes
///
/// With `"center": true` both have their mean over the classes taken off, which no softmax sees; with `"standardize":
/// true` they are also divided by their deviation. Source: Ba and Caruana, "Do deep nets really need to be deep?",
/// arXiv:1312.6184; next to KL: Kim et al., arXiv:2105.08919.
public struct LogitErrorRule: LossRule, ImageDistance {
  public static let kind = "logit_mse"
  public static let keys = ["center", "standardize"]
  public static let reads = LossReads.logits
  public static let summary =
    "mean over classes of (z − t)², perhaps centred or standardised; Ba and Caruana, arXiv:1312.6184"

  public var isCentered = false
  public var isStandardized = false
  var softening: Softening { Softening(temperature: 1, isStandardized: isStandardized) }

  public init() {}

  public init(_ members: JSONMembers) throws(JSONError) {
    isCentered = try members["center"]?.flag() ?? false
    isStandardized = try members["standardize"]?.flag() ?? false
    if isCentered, isStandardized, let field = members["center"] {
      throw field.expected("no \"center\" with \"standardize\", which centres too")
    }
  }

  public var identity: String {
    isStandardized ? "standardized" : isCentered ? "centered" : "plain"
  }

  public func loss(on site: LossSite) -> any TrainingLoss { ImageLoss(distance: self) }

  func evaluate(_ pair: LogitPair) -> Double {
    let count = Double(pair.classes)
    var sum = 0.0
    for c in 0..<pair.classes {
      pair.gradient[c] = pair.student[c] - pair.teacher[c]
      sum += pair.gradient[c]
    }
    // The centred difference is its own gradient's direction: taking off the mean twice changes nothing.
    let mean = isCentered ? sum / count : 0
    var squares = 0.0
    for c in 0..<pair.classes {
      let difference = pair.gradient[c] - mean
      squares += difference * difference
      pair.gradient[c] = 2 * difference / count
    }
    return squares / count
  }
}
