/// What a Gaussian process says of a fixed list of points, kept up to date as observations come.
///
/// Holds V = L⁻¹·K(observations, points) row by row; a new observation adds a row at a cost of O(n) per
/// point. Mean and variance of a point are Σ_r V_r·(L⁻¹·y)_r and k(x, x) − Σ_r V_r². Memory: 8 bytes
/// for every observation and point.
final class PosteriorPanel {
  /// Mean and variance of the noiseless value at each point.
  struct Posterior: Sendable {
    var means: [Double]
    var variances: [Double]
  }

  private typealias Lanes = SIMD8<Double>

  /// One row of V.
  private final class Row {
    let base: UnsafeMutablePointer<Double>
    init(count: Int) { base = .allocate(capacity: count) }
    deinit { base.deallocate() }
  }

  let points: EncodedPoints
  private var rows: [Row] = []

  /// Chunks of eight points that are worked on together: their rows stay in the second-level cache.
  private static let chunksAtOnce = 32

  init(points: EncodedPoints) { self.points = points }

  /// The number of observations taken in.
  var count: Int { rows.count }

  /// Forgets all observations but the first `count`.
  func forget(after count: Int) {
    if count < rows.count { rows.removeSubrange(count...) }
  }

  /// Takes in the observations of `process` that are new. Those before must be the same as before.
  func update(from process: GaussianProcess) {
    let known = rows.count
    guard known < process.count else { return }
    let length = points.chunkCount * EncodedPoints.lanes
    for _ in known..<process.count { rows.append(Row(count: length)) }
    let observed = (known..<process.count).map(process.points.row)
    let bases = rows.map(\.base)
    for start in stride(from: 0, to: points.chunkCount, by: PosteriorPanel.chunksAtOnce) {
      let end = min(start + PosteriorPanel.chunksAtOnce, points.chunkCount)
      for row in known..<process.count {
        let output = bases[row] + start * EncodedPoints.lanes
        process.function.covariance(
          of: observed[row - known], with: points, chunks: start..<end, into: output)
        subtract(
          process.factor[row], bases, chunks: start..<end, scale: process.inversePivots[row],
          from: output)
      }
    }
  }

  /// Replaces `output` by (output − Σ_s factor_s·V_s)·scale for some chunks of points.
  private func subtract(
    _ factor: [Double], _ bases: [UnsafeMutablePointer<Double>], chunks: Range<Int>, scale: Double,
    from output: UnsafeMutablePointer<Double>
  ) {
    let raw = UnsafeMutableRawPointer(output)
    bases.withUnsafeBufferPointer { bases in
      factor.withUnsafeBufferPointer { factor in
        var chunk = chunks.lowerBound
        while chunk < chunks.upperBound {
          let offset = 64 * (chunk - chunks.lowerBound)
          let from = 64 * chunk
          if chunk + 4 <= chunks.upperBound {
            // Four sums at once hide the latency of a multiply-add.
            var a = raw.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
            var b = raw.loadUnaligned(fromByteOffset: offset + 64, as: Lanes.self)
            var c = raw.loadUnaligned(fromByteOffset: offset + 128, as: Lanes.self)
            var d = raw.loadUnaligned(fromByteOffset: offset + 192, as: Lanes.self)
            for row in factor.indices {
              let share = Lanes(repeating: -factor[row])
              let values = UnsafeRawPointer(bases[row])
              a.addProduct(share, values.loadUnaligned(fromByteOffset: from, as: Lanes.self))
              b.addProduct(share, values.loadUnaligned(fromByteOffset: from + 64, as: Lanes.self))
              c.addProduct(share, values.loadUnaligned(fromByteOffset: from + 128, as: Lanes.self))
              d.addProduct(share, values.loadUnaligned(fromByteOffset: from + 192, as: Lanes.self))
            }
            raw.storeBytes(of: a * scale, toByteOffset: offset, as: Lanes.self)
            raw.storeBytes(of: b * scale, toByteOffset: offset + 64, as: Lanes.self)
            raw.storeBytes(of: c * scale, toByteOffset: offset + 128, as: Lanes.self)
            raw.storeBytes(of: d * scale, toByteOffset: offset + 192, as: Lanes.self)
            chunk += 4
          } else {
            var a = raw.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
            for row in factor.indices {
              let values = UnsafeRawPointer(bases[row])
              a.addProduct(
                Lanes(repeating: -factor[row]),
                values.loadUnaligned(fromByteOffset: from, as: Lanes.self))
            }
            raw.storeBytes(of: a * scale, toByteOffset: offset, as: Lanes.self)
            chunk += 1
          }
        }
      }
    }
  }

  /// Returns the posterior of every point.
  ///
  /// - Parameters:
  ///   - whitened: L⁻¹ times the outputs, as `GaussianProcess.whitened` returns it.
  ///   - priorVariance: k(x, x).
  func posterior(whitened: [Double], priorVariance: Double) -> Posterior {
    precondition(whitened.count == rows.count, "\(whitened.count) outputs of \(rows.count) rows")
    let chunkCount = points.chunkCount
    let length = chunkCount * EncodedPoints.lanes
    var means = [Double](repeating: 0, count: length)
    var variances = [Double](repeating: priorVariance, count: length)
    means.withUnsafeMutableBytes { means in
      variances.withUnsafeMutableBytes { variances in
        for start in stride(from: 0, to: chunkCount, by: PosteriorPanel.chunksAtOnce) {
          for (row, output) in zip(rows, whitened) {
            let values = UnsafeRawPointer(row.base)
            for chunk in start..<min(start + PosteriorPanel.chunksAtOnce, chunkCount) {
              let value = values.loadUnaligned(fromByteOffset: 64 * chunk, as: Lanes.self)
              var mean = means.loadUnaligned(fromByteOffset: 64 * chunk, as: Lanes.self)
              mean.addProduct(value, Lanes(repeating: output))
              means.storeBytes(of: mean, toByteOffset: 64 * chunk, as: Lanes.self)
              var variance = variances.loadUnaligned(fromByteOffset: 64 * chunk, as: Lanes.self)
              variance.addProduct(-value, value)
              variances.storeBytes(of: variance, toByteOffset: 64 * chunk, as: Lanes.self)
            }
          }
        }
      }
    }
    means.removeSubrange(points.count...)
    variances.removeSubrange(points.count...)
    // What rounding leaves below nothing is nothing.
    for index in variances.indices where variances[index] < 0 { variances[index] = 0 }
    return Posterior(means: means, variances: variances)
  }
}
