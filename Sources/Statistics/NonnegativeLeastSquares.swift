/// Returns the x ≥ 0 that minimises ‖A·x − b‖².
///
/// The active-set method of Lawson and Hanson, "Solving Least Squares Problems", 1974, chapter 23, on
/// the normal equations of columns scaled to unit length. A ridge of 1e-10 decides between columns
/// that are equal. Meant for tens of columns.
///
/// - Parameters:
///   - rows: A, one array per observation, all of one length.
///   - targets: b, as many as rows.
public func nonnegativeLeastSquares(_ rows: [[Double]], _ targets: [Double]) -> [Double] {
  let count = rows.first?.count ?? 0
  var scale = [Double](repeating: 0, count: count)
  for row in rows { for j in 0..<count { scale[j] += row[j] * row[j] } }
  scale = scale.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }

  // Columns that are zero everywhere keep x = 0: their scale is 0 and so is their gradient.
  var gram = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
  var moments = [Double](repeating: 0, count: count)
  for (row, target) in zip(rows, targets) {
    for j in 0..<count where row[j] != 0 {
      moments[j] += row[j] * scale[j] * target
      for k in 0...j { gram[j][k] += row[j] * scale[j] * row[k] * scale[k] }
    }
  }
  for j in 0..<count {
    gram[j][j] += 1e-10
    for k in 0..<j { gram[k][j] = gram[j][k] }
  }

  var solution = [Double](repeating: 0, count: count)
  var passive: [Int] = []
  let tolerance = 1e-12 * (moments.map(abs).max() ?? 0)
  // Each round lets one variable in; in exact arithmetic the residual falls every time.
  for _ in 0..<(3 * count) {
    var entering = -1
    var steepest = tolerance
    for j in 0..<count where !passive.contains(j) {
      let explained: Double = passive.reduce(0) { $0 + gram[j][$1] * solution[$1] }
      let gradient = moments[j] - explained
      if gradient > steepest { (entering, steepest) = (j, gradient) }
    }
    guard entering >= 0 else { break }
    passive.append(entering)
    while !passive.isEmpty {
      let trial = solveSymmetric(gram, moments, on: passive)
      var step: Double?
      for (j, value) in zip(passive, trial) where value <= 0 {
        let share = solution[j] > 0 ? solution[j] / (solution[j] - value) : 0
        step = min(step ?? share, share)
      }
      guard let step else {
        for (j, value) in zip(passive, trial) { solution[j] = value }
        break
      }
      // Walk towards the trial until the first variable reaches 0, and drop what did.
      for (j, value) in zip(passive, trial) { solution[j] += step * (value - solution[j]) }
      let blocked = zip(passive, trial).filter { $0.1 <= 0 && solution[$0.0] <= 1e-14 }.map(\.0)
      for j in blocked { solution[j] = 0 }
      passive.removeAll { blocked.contains($0) }
      if blocked.isEmpty { break }
    }
  }
  return zip(solution, scale).map(*)
}

/// Solves the rows and columns `indices` of a symmetric positive definite system by Cholesky.
private func solveSymmetric(
  _ matrix: [[Double]], _ right: [Double], on indices: [Int]
) -> [Double] {
  let n = indices.count
  var l = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
  for i in 0..<n {
    for j in 0...i {
      var sum = matrix[indices[i]][indices[j]]
      for k in 0..<j { sum -= l[i][k] * l[j][k] }
      l[i][j] = i == j ? max(sum, 1e-14).squareRoot() : sum / l[j][j]
    }
  }
  var x = indices.map { right[$0] }
  for i in 0..<n {
    for k in 0..<i { x[i] -= l[i][k] * x[k] }
    x[i] /= l[i][i]
  }
  for i in (0..<n).reversed() {
    for k in (i + 1)..<n { x[i] -= l[k][i] * x[k] }
    x[i] /= l[i][i]
  }
  return x
}
