import Foundation

@testable import HardwareProfiles

/// The correction written out plainly, to compare with: dense matrices and one formula a line.
enum FitTextbook {
  /// The covariance of the corrections of two networks, in units of the typical latency squared.
  static func covariance(
    _ a: NetworkSketch, _ b: NetworkSketch, _ scales: CorrectionScales, unit: Double, isSame: Bool
  ) -> Double {
    func square(_ x: Double) -> Double { x * x }
    var sum = 0.0
    for kind in 0..<2 * NetworkSketch.kindCount {
      let (x, y) = (a.terms[(3 * kind)...], b.terms[(3 * kind)...])
      sum += square(scales.launch) * x[3 * kind] * y[3 * kind]
      sum += square(scales.arithmetic) * x[3 * kind + 1] * y[3 * kind + 1]
      sum += square(scales.traffic) * x[3 * kind + 2] * y[3 * kind + 2]
    }
    for first in a.parts {
      for second in b.parts {
        let times = first.count * first.time.total * second.count * second.time.total
        sum += square(scales.shape) * times * first.kernel.likeness(to: second.kernel)
        if first.kernel == second.kernel { sum += square(scales.kernel) * times }
      }
    }
    let distance = zip(a.traits, b.traits).reduce(0) { $0 + square($1.0 - $1.1) }
    sum += square(scales.network) * a.total * b.total * exp(-distance / 2)
    sum /= unit * unit
    guard let differing = isSame ? 0 : a.differingDecisions(from: b) else { return sum }
    sum += square(scales.decisions) * (1 - Double(differing) / Double(max(a.decisionCount, 1)))
    let shared = exp(-Double(differing) / scales.contextDecisions) / (unit * unit)
    sum += square(scales.idle) * a.idle * b.idle * shared
    sum += square(scales.context) * a.total * b.total * shared
    return sum
  }

  /// Returns A⁻¹ of a symmetric matrix, by Gauss and Jordan.
  static func inverse(_ matrix: [[Double]]) -> [[Double]] {
    let count = matrix.count
    var rows = matrix.enumerated().map { i, row in row + (0..<count).map { $0 == i ? 1.0 : 0 } }
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      rows[column] = rows[column].map { $0 / rows[column][column] }
      for row in 0..<count where row != column {
        let factor = rows[row][column]
        rows[row] = zip(rows[row], rows[column]).map { $0 - factor * $1 }
      }
    }
    return rows.map { Array($0[count...]) }
  }

  /// Returns the mean and the standard error of a network's latency in microseconds.
  static func prediction(
    of sketch: NetworkSketch, measured: [NetworkSketch], microseconds: [Double], weights: [Double],
    scales: CorrectionScales, unit: Double
  ) -> (mean: Double, standardError: Double) {
    func noise(_ sketch: NetworkSketch) -> Double {
      scales.noise * scales.noise * pow(sketch.total / unit, 2 * scales.noisePower)
    }
    let matrix = measured.indices.map { i in
      measured.indices.map { j in
        covariance(measured[i], measured[j], scales, unit: unit, isSame: i == j)
          + (i == j ? noise(measured[i]) / weights[i] : 0)
      }
    }
    let inverse = inverse(matrix)
    let errors = zip(microseconds, measured).map { ($0 - $1.total) / unit }
    let row = measured.map { covariance(sketch, $0, scales, unit: unit, isSame: false) }
    var mean = 0.0
    var variance = covariance(sketch, sketch, scales, unit: unit, isSame: true) + noise(sketch)
    for i in measured.indices {
      for j in measured.indices {
        mean += row[i] * inverse[i][j] * errors[j]
        variance -= row[i] * inverse[i][j] * row[j]
      }
    }
    return (sketch.total + unit * mean, unit * variance.squareRoot())
  }
}
