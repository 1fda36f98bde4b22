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

  /// All scales: those of the parts, in their order, and then those of the noise and of the context.
  static let named: [NamedScale] =
    CorrectionPart.all.map(\.scale) + [
      NamedScale(key: "noise", path: \.noise, priorDeviation: 0.7),
      NamedScale(
        key: "noise_power", path: \.noisePower, priorDeviation: 0.3, isLogarithmic: false),
      NamedScale(key: "context_decisions", path: \.contextDecisions, priorDeviation: 0.5),
    ]

  /// The square of each part's scale, in the order of `CorrectionPart.all`.
  var squares: [Double] {
    CorrectionPart.all.map { self[keyPath: $0.scale.path] * self[keyPath: $0.scale.path] }
  }

  /// The scales as a minimiser sees them, in the order of `named`: logarithms, but the power as it is.
  ///
  /// The mean of their prior is the point of `init()`.
  var point: [Double] {
    get {
      CorrectionScales.named.map { scale in
        let value = self[keyPath: scale.path]
        return scale.isLogarithmic ? log(value) : value
      }
    }
    set {
      for (scale, value) in zip(CorrectionScales.named, newValue) {
        self[keyPath: scale.path] = scale.isLogarithmic ? exp(value) : value
      }
    }
  }

  /// Returns the place in `named`, and so in `point`, of a scale, which must be there.
  static func place(of path: NamedScale.Path) -> Int {
    guard let place = named.firstIndex(where: { $0.path == path }) else {
      preconditionFailure("no scale \(path)")
    }
    return place
  }

  /// The variance of a measurement's noise, in units of the typical latency squared.
  func noiseVariance(relativeLatency: Double) -> Double {
    noise * noise * pow(relativeLatency, 2 * noisePower)
  }
}
