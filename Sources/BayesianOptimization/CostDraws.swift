import Foundation

/// Standard normal draws over which the expectation in costs that are not certain is formed.
///
/// One uncertain cost: the seven nodes of Gauss–Hermite quadrature, exact for polynomials of degree
/// 13 (Abramowitz and Stegun, table 25.10, rescaled to the standard normal). Several: 32 points
/// of a Halton sequence, always the same, with equal weights.
struct CostDraws {
  private let draws: [(point: [Double], logWeight: Double)]

  init(dimension: Int) {
    switch dimension {
    case 0: draws = [([], 0)]
    case 1:
      let nodes = [
        (0.0, 0.457142857142857), (1.154405394739968, 0.240123178605013),
        (2.366759410734541, 0.030757123967586), (3.750439717725742, 0.000548268855972),
      ]
      draws = nodes.flatMap { node, weight in
        node == 0
          ? [(point: [0.0], logWeight: log(weight))]
          : [([node], log(weight)), ([-node], log(weight))]
      }
    default:
      let sequence = HaltonSequence(dimension: dimension, seed: 0)
      let count = 32
      draws = (0..<count).map { index in
        (sequence.point(index).map(CostDraws.normal), -log(Double(count)))
      }
    }
  }

  /// Returns the logarithm of the mean of exp(`logValue`) over the draws.
  func logMean(_ logValue: ([Double]) -> Double) -> Double {
    let terms = draws.map { $0.logWeight + logValue($0.point) }
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  /// Returns the standard normal quantile of a probability in [0, 1), by bisection.
  private static func normal(_ probability: Double) -> Double {
    var (low, high) = (-8.0, 8.0)
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if NormalDistribution.cumulative(middle) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return 0.5 * (low + high)
  }
}
