/// A part of what networks may stray from the physical model by; `LatencyCorrection` says what all nine mean.
///
/// `all` is the only place that knows their order.
struct CorrectionPart: Sendable {
  let scale: NamedScale
  /// Whether it corrects all kernels of a kind together, as a factor of the kind's rates would.
  let isAboutKinds: Bool
  /// Whether two networks share less of the part the more decisions they differ in.
  let fadesWithDecisions: Bool

  private init(
    _ key: String, _ path: NamedScale.Path, priorDeviation: Double = 0.7,
    isAboutKinds: Bool = false, fadesWithDecisions: Bool = false
  ) {
    scale = NamedScale(key: key, path: path, priorDeviation: priorDeviation)
    (self.isAboutKinds, self.fadesWithDecisions) = (isAboutKinds, fadesWithDecisions)
  }

  static let all = [
    CorrectionPart("launch", \.launch, priorDeviation: 1, isAboutKinds: true),
    CorrectionPart("arithmetic", \.arithmetic, isAboutKinds: true),
    CorrectionPart("traffic", \.traffic, isAboutKinds: true),
    CorrectionPart("shape", \.shape),
    CorrectionPart("kernel", \.kernel),
    CorrectionPart("network", \.network),
    CorrectionPart("decisions", \.decisions),
    CorrectionPart("idle", \.idle, fadesWithDecisions: true),
    CorrectionPart("context", \.context, fadesWithDecisions: true),
  ]

  /// Returns the place in `all` of the part with a scale, which must be one of a part.
  static func place(of path: NamedScale.Path) -> Int {
    guard let place = all.firstIndex(where: { $0.scale.path == path }) else {
      preconditionFailure("no part of a correction has the scale \(path)")
    }
    return place
  }
}

/// A scale of a correction as files and fits see it.
struct NamedScale: Sendable {
  typealias Path = WritableKeyPath<CorrectionScales, Double> & Sendable

  /// The name that files give it.
  let key: String
  let path: Path
  /// One standard deviation of the prior, in the unit in which a minimiser sees the scale.
  let priorDeviation: Double
  /// Whether a minimiser sees the logarithm, since the scale is above 0.
  var isLogarithmic = true
}
