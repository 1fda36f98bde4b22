import Foundation
import Statistics

/// Standard normal draws over which the expectation in costs that are not certain is formed.
///
/// One uncertain cost: the seven nodes of Gauss–Hermite quadrature, exact for polynomials of degree
/// 13 (Abramowitz and Stegun, table 25.10, rescaled to the standard normal). Several: 32 points
/// of a Halton sequence, always the same, with equal weights, each coordinate standardised.
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
      let points = (0..<count).map { sequence.point($0).map(CostDraws.normal) }
      let columns = (0..<dimension).map { column in
        CostDraws.standardized(points.map { $0[column] })
      }
      draws = (0..<count).map { index in (columns.map { $0[index] }, -log(Double(count))) }
    }
  }

  /// Returns the logarithm of the mean of exp(`logValue`) over the draws.
  func logMean(_ logValue: ([Double]) -> Double) -> Double {
    let terms = draws.map { $0.logWeight + logValue($0.point) }
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  /// Returns numbers shifted and scaled to mean 0 and variance 1, as few draws do not have them.
  private static func standardized(_ values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return values.map { ($0 - mean) / variance.squareRoot() }
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
