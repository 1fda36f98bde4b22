import Foundation

/// The parts of a covariance between the corrections of two networks, each for a scale of 1, in units of the
/// typical latency squared, in the order of `CorrectionPart.all`.
struct CovarianceParts {
  var values = [Double](repeating: 0, count: CorrectionPart.all.count)
  /// In how many decisions the networks differ; nil if they cannot be compared.
  var differingDecisions: Int?

  private static let launch = CorrectionPart.place(of: \.launch)
  private static let arithmetic = CorrectionPart.place(of: \.arithmetic)
  private static let traffic = CorrectionPart.place(of: \.traffic)
  private static let shape = CorrectionPart.place(of: \.shape)
  private static let kernel = CorrectionPart.place(of: \.kernel)
  private static let network = CorrectionPart.place(of: \.network)
  private static let decisions = CorrectionPart.place(of: \.decisions)
  private static let idle = CorrectionPart.place(of: \.idle)
  private static let context = CorrectionPart.place(of: \.context)

  /// The parts that fade with decisions, and the others.
  private static let fading = CorrectionPart.all.indices.filter {
    CorrectionPart.all[$0].fadesWithDecisions
  }
  private static let lasting = CorrectionPart.all.indices.filter {
    !CorrectionPart.all[$0].fadesWithDecisions
  }

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
    var (launch, arithmetic, traffic) = (0.0, 0.0, 0.0)
    for first in stride(from: 0, to: NetworkSketch.termCount, by: 3) {
      launch += a.terms[first] * b.terms[first]
      arithmetic += a.terms[first + 1] * b.terms[first + 1]
      traffic += a.terms[first + 2] * b.terms[first + 2]
    }
    values[CovarianceParts.launch] = launch / square
    values[CovarianceParts.arithmetic] = arithmetic / square
    values[CovarianceParts.traffic] = traffic / square
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
    for part in CovarianceParts.lasting { sum += squares[part] * values[part] }
    var fading = 0.0
    for part in CovarianceParts.fading { fading += squares[part] * values[part] }
    return fading == 0 ? sum : sum + fading * contextLikeness(scales)
  }
}
