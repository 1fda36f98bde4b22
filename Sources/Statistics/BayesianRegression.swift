/// A linear function whose coefficients are believed to be normally distributed, and learnt one
/// observation at a time.
///
/// Source: Bishop, "Pattern Recognition and Machine Learning", 2006, section 3.3, in the recursive form.
public struct BayesianRegression: Sendable, Hashable {
  /// The coefficients' means.
  public private(set) var means: [Double]
  /// Their covariance, row by row.
  private var covariance: [Double]

  /// Creates the belief before any observation: independent coefficients.
  public init(means: [Double], deviations: [Double]) {
    precondition(
      means.count == deviations.count, "\(means.count) means, \(deviations.count) deviations")
    self.means = means
    let count = means.count
    covariance = [Double](repeating: 0, count: count * count)
    for index in 0..<count {
      covariance[index * count + index] = deviations[index] * deviations[index]
    }
  }

  /// Returns the function's mean at inputs, one a coefficient.
  public func mean(at inputs: [Double]) -> Double {
    precondition(inputs.count == means.count, "\(inputs.count) inputs of \(means.count)")
    return zip(means, inputs).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Takes in an output at inputs whose noise has a variance > 0.
  public mutating func observe(_ output: Double, at inputs: [Double], variance: Double) {
    let count = means.count
    let surprise = output - mean(at: inputs)
    let reach = (0..<count).map { row in
      (0..<count).reduce(0) { $0 + covariance[row * count + $1] * inputs[$1] }
    }
    let total = zip(reach, inputs).reduce(variance) { $0 + $1.0 * $1.1 }
    for row in 0..<count {
      means[row] += reach[row] / total * surprise
      for column in 0..<count {
        covariance[row * count + column] -= reach[row] * reach[column] / total
      }
    }
  }
}
