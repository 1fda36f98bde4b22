import Foundation

/// The parts of a covariance between the corrections of two networks, each for a scale of 1, in units of the
/// typical latency squared, in the order of `CorrectionScales.parts`.
struct CovarianceParts {
  var values = [Double](repeating: 0, count: CorrectionScales.parts.count)
  /// In how many decisions the networks differ; nil if they cannot be compared.
  var differingDecisions: Int?

  static let launch = 0, shape = 3, kernel = 4, network = 5, decisions = 6, idle = 7, context = 8

  /// Computes all parts.
  ///
  /// - Parameters:
  ///   - shape: The part of like shapes: the sum over both networks' kernels of likeness × times.
  ///   - kernel: The part of equal kernels.
  ///   - unit: Microseconds of the typical latency.
  ///   - isSame: Whether both are the same network. One that comes from no space is like itself only.
  init(
    _ a: NetworkSketch, _ b: NetworkSketch, shape: Double, kernel: Double, unit: Double,
    isSame: Bool
  ) {
    let square = unit * unit
    for kind in 0..<2 * NetworkSketch.kindCount {
      for term in 0..<3 { values[term] += a.terms[3 * kind + term] * b.terms[3 * kind + term] }
    }
    for term in 0..<3 { values[term] /= square }
    values[CovarianceParts.shape] = shape / square
    values[CovarianceParts.kernel] = kernel / square
    let totals = a.total * b.total / square
    var distance = 0.0
    for (x, y) in zip(a.traits, b.traits) { distance += (x - y) * (x - y) }
    values[CovarianceParts.network] = totals * exp(-distance / 2)
    differingDecisions = isSame ? 0 : a.differingDecisions(from: b)
    if let differing = differingDecisions {
      values[CovarianceParts.decisions] =
        1 - Double(differing) / Double(max(a.decisionCount, 1))
      values[CovarianceParts.idle] = a.idle * b.idle / square
      values[CovarianceParts.context] = totals
    }
  }

  /// How much of `idle` and `context` two networks share.
  func contextLikeness(_ scales: CorrectionScales) -> Double {
    differingDecisions.map { exp(-Double($0) / scales.contextDecisions) } ?? 0
  }

  /// The covariance under these scales.
  func sum(_ scales: CorrectionScales) -> Double { sum(scales, squares: scales.squares) }

  /// The covariance under these scales, whose squares are known.
  func sum(_ scales: CorrectionScales, squares: [Double]) -> Double {
    var sum = 0.0
    for index in 0..<CovarianceParts.idle { sum += squares[index] * values[index] }
    let context =
      squares[CovarianceParts.idle] * values[CovarianceParts.idle]
      + squares[CovarianceParts.context] * values[CovarianceParts.context]
    return context == 0 ? sum : sum + context * contextLikeness(scales)
  }
}
