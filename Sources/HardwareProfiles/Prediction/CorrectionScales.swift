import Foundation

/// How far, and by what, measured networks may stray from the physical model: one standard deviation of each
/// part of the correction, relative to the part of the latency that it corrects.
///
/// `LatencyCorrection` has the formula.
public struct CorrectionScales: Hashable, Sendable {
  /// All launches of one kind of kernel are slower or faster together.
  public var launch = 0.5
  /// All arithmetic of one kind.
  public var arithmetic = 0.3
  /// All traffic of one kind.
  public var traffic = 0.3
  /// Kernels of like shapes.
  public var shape = 0.3
  /// Each different kernel for itself.
  public var kernel = 0.1
  /// Networks that spend their time alike.
  public var network = 0.1
  /// Each decision of the search space, in units of the typical latency.
  public var decisions = 0.1
  /// What nothing reads is run or left out, depending on the decisions around it.
  public var idle = 0.5
  /// Networks of like decisions.
  public var context = 0.1
  /// A single measurement of the typical latency.
  public var noise = 0.06
  /// The noise grows with this power of the latency.
  public var noisePower = 0.8
  /// The number of differing decisions at which two contexts have lost all but 1/e of their likeness.
  public var contextDecisions = 2.0

  public init() {}

  /// The parts that scale covariances, in the order of `CovarianceParts`.
  static let parts: [WritableKeyPath<CorrectionScales, Double> & Sendable] = [
    \.launch, \.arithmetic, \.traffic, \.shape, \.kernel, \.network, \.decisions, \.idle, \.context,
  ]

  /// The square of each part's scale, in the order of `parts`.
  var squares: [Double] {
    CorrectionScales.parts.map { self[keyPath: $0] * self[keyPath: $0] }
  }

  /// All scales with the names that files give them.
  static let named: [(key: String, path: WritableKeyPath<CorrectionScales, Double> & Sendable)] = [
    ("launch", \.launch), ("arithmetic", \.arithmetic), ("traffic", \.traffic), ("shape", \.shape),
    ("kernel", \.kernel), ("network", \.network), ("decisions", \.decisions), ("idle", \.idle),
    ("context", \.context), ("noise", \.noise), ("noise_power", \.noisePower),
    ("context_decisions", \.contextDecisions),
  ]

  /// The scales as a minimiser sees them: logarithms, but the power as it is.
  var point: [Double] {
    get {
      CorrectionScales.named.map { entry in
        let value = self[keyPath: entry.path]
        return entry.path == \.noisePower ? value : log(value)
      }
    }
    set {
      for (entry, value) in zip(CorrectionScales.named, newValue) {
        self[keyPath: entry.path] = entry.path == \.noisePower ? value : exp(value)
      }
    }
  }

  /// One standard deviation of the prior of each coordinate of `point`, whose mean is that of `init()`.
  static let priorDeviations: [Double] =
    [1] + [Double](repeating: 0.7, count: 9) + [0.3, 0.5]

  /// The variance of a measurement's noise, in units of the typical latency squared.
  func noiseVariance(relativeLatency: Double) -> Double {
    noise * noise * pow(relativeLatency, 2 * noisePower)
  }
}
