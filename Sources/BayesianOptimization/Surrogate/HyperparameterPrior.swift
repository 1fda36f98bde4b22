import Foundation

/// The belief about the hyperparameters before any outputs: each logarithm is normal.
///
/// The terms share the variance of the outputs, 1 if these are standardised, in proportion to their shares. A
/// length scale per column grows with the square root of the number of them, so that a space of forty
/// decisions starts no rougher than one of four: the idea of Hvarfner, Hellsten and Nardi, "Vanilla
/// Bayesian optimization performs great in high dimensions", ICML 2024, arXiv:2402.02229. Their length
/// scales are four times longer and far less certain (deviation √3). With ten to fifty trials a mode
/// under so weak a prior calls decisions irrelevant that have not been tried enough, and then never
/// tries them: on tables of real results some searches stuck for good. A length scale that several
/// columns share is measured against the distances that the points have.
struct HyperparameterPrior: Sendable {
  /// Mean of each hyperparameter's logarithm; the last is that of the noise floor's variance.
  let means: [Double]
  /// Its standard deviation.
  let deviations: [Double]

  /// Length scales shared by several columns, in units of the points' typical distance.
  private static let sharedScale = 1.4

  init(for kernel: ArchitectureKernel, points: EncodedPoints, variance: Double = 1) {
    let terms = kernel.encoding.terms
    var means = terms.map { log($0.share * variance / Double(terms.count)) }
    var deviations = terms.map { _ in 1.0 }
    for block in terms.flatMap(\.blocks) {
      let scales = Set(block.scaleOfColumn).count
      let isShared = scales == 1 && block.columns.count > 1
      let mean =
        isShared
        ? log(HyperparameterPrior.sharedScale * points.typicalDistance(in: block))
        : 0.5 * log(Double(scales))
      means += Array(repeating: mean, count: scales)
      deviations += Array(repeating: 0.6, count: scales)
    }
    // Small: what is known of the measurements' errors is added to it.
    means.append(-6)
    deviations.append(1)
    self.means = means
    self.deviations = deviations
  }

  /// Returns the log density, but for a constant, and its gradient.
  func logDensity(at hyperparameters: [Double]) -> (value: Double, gradient: [Double]) {
    var value = 0.0
    var gradient = hyperparameters
    for index in means.indices {
      let z = (hyperparameters[index] - means[index]) / deviations[index]
      value -= 0.5 * z * z
      gradient[index] = -z / deviations[index]
    }
    return (value, gradient)
  }
}

extension EncodedPoints {
  /// Returns the root of the mean squared distance between two of the points; 1 if they all agree.
  fileprivate func typicalDistance(in block: FeatureBlock) -> Double {
    guard count > 0 else { return 1 }
    var sum = 0.0
    for column in block.columns {
      let values = (0..<count).map { value($0, column) }
      switch block.distance {
      case .euclidean:
        let mean = values.reduce(0, +) / Double(count)
        sum += 2 * values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      case .hamming:
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        // Whole numbers: their sum does not depend on the dictionary's order, which changes.
        let same = counts.values.reduce(0) { $0 + $1 * $1 }
        sum += 1 - Double(same) / Double(count * count)
      }
    }
    return sum > 0 ? sum.squareRoot() : 1
  }
}
