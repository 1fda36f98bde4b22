import FileFormats

/// A way to make one training image of two, under `"mix"` in a recipe.
///
///     {"kind": "mixup", "alpha": 0.2, "probability": 1}
///
/// With a share s drawn from Beta(α, α), an image x and a partner x′:
///
///     mixup     every pixel is (1 − s)·x + s·x′
///     cutmix    a rectangle of x′ covers x; its sides are √s of the image's, its centre is anywhere in the image, and
///               s becomes the share of the pixels that it covers
///
/// The label is mixed in the same shares. Sources: Zhang et al., arXiv:1710.09412 (mixup); Yun et al.,
/// arXiv:1905.04899 (cutmix).
///
/// Where a recipe names several, one of them is chosen for each image, not for each batch, so that what an image
/// becomes depends on nothing but the image: not on who else is in its batch, and stored views have it too.
public struct ImageMix: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case mixup, cutmix
  }

  public var kind: Kind
  /// α, both parameters of the beta distribution of the shares.
  public var alpha: Double
  /// The share of the images that are mixed in this way.
  public var probability: Double

  /// - Precondition: `alpha` is positive and `probability` is from 0 to 1.
  public init(_ kind: Kind, alpha: Double = 1, probability: Double = 1) {
    precondition(alpha > 0, "alpha must be positive, got \(alpha)")
    precondition((0...1).contains(probability), "a probability of \(probability)")
    (self.kind, self.alpha, self.probability) = (kind, alpha, probability)
  }
}

extension ImageMix {
  /// Reads one way or an array of ways, each kind once; an empty array mixes nothing.
  ///
  /// - Throws: `JSONError` naming an unknown key or the field that is wrong.
  public static func list(_ field: JSONField) throws(JSONError) -> [ImageMix] {
    guard case .array = field.value else { return [try ImageMix(field, probability: 1)] }
    var mixes: [ImageMix] = []
    let elements = try field.elements(of: "ways to mix images")
    for element in elements {
      let mix = try ImageMix(element, probability: 1 / Double(elements.count))
      if mixes.contains(where: { $0.kind == mix.kind }) {
        throw element.expected("each kind once, not \"\(mix.kind.rawValue)\" again")
      }
      mixes.append(mix)
    }
    // Thirds do not add up to 1 exactly.
    guard mixes.reduce(0, { $0 + $1.probability }) <= 1 + 1e-9 else {
      throw field.expected("probabilities of at most 1 together, as an image is mixed in one way")
    }
    return mixes
  }

  /// - Parameter probability: What it is where nothing says so.
  private init(_ field: JSONField, probability: Double) throws(JSONError) {
    let members = try field.members(
      of: "a way to mix images", known: ["kind", "alpha", "probability"])
    self.init(
      try members.required("kind").choice(Kind.self),
      alpha: try members["alpha"]?.number(in: 0.01...100) ?? 1,
      probability: try members["probability"]?.number(in: 0...1) ?? probability)
  }

  /// Everything that it says: equal texts are equal ways.
  public var identity: String { "\(kind.rawValue)(\(alpha),\(probability))" }
}
