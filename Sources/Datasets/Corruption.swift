/// A way in which images get worse on their way to a network, and how bad it is.
public struct Corruption: Hashable, Sendable {
  /// What happens to an image. Sizes are shares of its shorter side, so that they mean the same for all.
  public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
    /// A grey square hides a part, somewhere.
    case occlusion
    /// All pixels become brighter or darker by the same amount.
    case brightness
    /// All pixels come nearer to their mean.
    case contrast
    /// Normally distributed noise on every value.
    case noise
    /// A Gaussian blur.
    case blur
    /// The image moves in some direction; its border is drawn out.
    case shift
    /// The image turns about its centre, one way or the other; its border is drawn out.
    case rotation
  }

  public var kind: Kind
  /// 0 (nothing happens) to 5.
  public var severity: Int

  /// - Precondition: `severity` is one of `severities`, or 0.
  public init(_ kind: Kind, severity: Int) {
    precondition((0...5).contains(severity), "a severity is 0 to 5, got \(severity)")
    (self.kind, self.severity) = (kind, severity)
  }

  /// Those that images are tested at.
  public static let severities = 1...5

  /// Every kind at every severity, mildest first.
  public static let all = Kind.allCases.flatMap { kind in
    severities.map { Corruption(kind, severity: $0) }
  }
}

extension Corruption {
  /// How much of its kind happens.
  ///
  /// - occlusion: the square's side as a share of the image's shorter one
  /// - brightness: what is added or taken away, where black is 0 and white 1
  /// - contrast: the share of the distance to the mean that is lost
  /// - noise: the standard deviation
  /// - blur: the standard deviation as a share of the image's shorter side
  /// - shift: pixels as a share of the image's shorter side
  /// - rotation: degrees
  var strength: Float {
    let strengths: [Float] =
      switch kind {
      case .occlusion: [0, 0.2, 0.3, 0.4, 0.5, 0.6]
      case .brightness: [0, 0.1, 0.2, 0.3, 0.4, 0.5]
      case .contrast: [0, 0.25, 0.4, 0.55, 0.7, 0.85]
      case .noise: [0, 0.05, 0.1, 0.15, 0.2, 0.3]
      case .blur: [0, 0.015, 0.025, 0.035, 0.045, 0.06]
      case .shift: [0, 0.04, 0.08, 0.12, 0.16, 0.2]
      case .rotation: [0, 6, 12, 18, 24, 30]
      }
    return strengths[severity]
  }
}
