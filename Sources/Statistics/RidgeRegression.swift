/// A linear fit with an intercept whose coefficients are drawn towards 0.
public struct RidgeRegression: Sendable {
  private let intercept: Double
  private let means: [Double]
  private let coefficients: [Double]

  /// Minimises ‖y − intercept − x·coefficients‖² + strength · ‖coefficients‖².
  ///
  /// - Parameters:
  ///   - rows: One array of features per observation, all of one length.
  ///   - strength: Above 0.
  public init(_ rows: [[Double]], _ targets: [Double], strength: Double) {
    precondition(!rows.isEmpty && rows.count == targets.count && strength > 0)
    let width = rows[0].count
    let count = Double(rows.count)
    var means = [Double](repeating: 0, count: width)
    for row in rows { for j in 0..<width { means[j] += row[j] / count } }
    let mean = targets.reduce(0, +) / count
    var gram = [Double](repeating: 0, count: width * width)
    var moments = [Double](repeating: 0, count: width)
    for (row, target) in zip(rows, targets) {
      let centered = zip(row, means).map { $0 - $1 }
      for j in 0..<width where centered[j] != 0 {
        moments[j] += centered[j] * (target - mean)
        for k in 0..<width { gram[j * width + k] += centered[j] * centered[k] }
      }
    }
    for j in 0..<width { gram[j * width + j] += strength }
    coefficients = SymmetricFactor(gram, order: width)?.solve(moments) ?? moments.map { _ in 0 }
    self.means = means
    intercept = mean
  }

  /// Returns the fitted value of one row of features.
  public func value(of row: [Double]) -> Double {
    var value = intercept
    for j in coefficients.indices { value += coefficients[j] * (row[j] - means[j]) }
    return value
  }
}
