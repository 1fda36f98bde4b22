// Every row of a matrix with every other: what relations between images are made of.
//
// Rows are long (a feature of an image) and few (the images of a slice). Two times four pairs are summed at once, so
// that six loads feed eight sums. Only pairs from the diagonal on are computed.

/// output[i, j] = Σ_d rows[i, d] · rows[j, d]
///
/// - Parameters:
///   - rows: `[count, width]`
///   - output: `[count, count]`, its rows `stride` floats apart; only these values are written.
package func rowProducts(
  _ rows: UnsafePointer<Float>, count: Int, width: Int,
  into output: UnsafeMutablePointer<Float>, stride: Int
) {
  forAllPairs(ProductOfPair.self, rows, count: count, width: width, into: output, stride: stride)
}

/// output[i, j] = Σ_d (rows[i, d] − rows[j, d])²; exactly 0 for equal rows.
///
/// - Parameters: As of `rowProducts`.
package func squaredRowDistances(
  _ rows: UnsafePointer<Float>, count: Int, width: Int,
  into output: UnsafeMutablePointer<Float>, stride: Int
) {
  forAllPairs(DistanceOfPair.self, rows, count: count, width: width, into: output, stride: stride)
}

/// What one place of two rows adds to their sum.
private protocol PairTerm {
  static func add(_ a: Vector, _ b: Vector, to sum: inout Vector)
  static func value(_ a: Float, _ b: Float) -> Float
}

private enum ProductOfPair: PairTerm {
  @inline(__always)
  static func add(_ a: Vector, _ b: Vector, to sum: inout Vector) { sum.addProduct(a, b) }
  @inline(__always)
  static func value(_ a: Float, _ b: Float) -> Float { a * b }
}

private enum DistanceOfPair: PairTerm {
  @inline(__always)
  static func add(_ a: Vector, _ b: Vector, to sum: inout Vector) {
    let difference = a - b
    sum.addProduct(difference, difference)
  }
  @inline(__always)
  static func value(_ a: Float, _ b: Float) -> Float { (a - b) * (a - b) }
}

@inline(__always)
private func forAllPairs<Term: PairTerm>(
  _: Term.Type, _ rows: UnsafePointer<Float>, count: Int, width: Int,
  into output: UnsafeMutablePointer<Float>, stride: Int
) {
  let whole = width / vectorWidth * vectorWidth
  @inline(__always)
  func finish(_ i: Int, _ j: Int, _ sum: Vector) {
    guard i < count && j < count else { return }
    var total = sum.sum()
    let (a, b) = (rows + i * width, rows + j * width)
    for d in whole..<width { total += Term.value(a[d], b[d]) }
    output[i * stride + j] = total
    output[j * stride + i] = total
  }
  for i in Swift.stride(from: 0, to: count, by: 2) {
    let a0 = rows + i * width
    let a1 = rows + min(i + 1, count - 1) * width
    for j in Swift.stride(from: i, to: count, by: 4) {
      // Beyond the last row it is computed again and not written.
      let b0 = rows + j * width
      let b1 = rows + min(j + 1, count - 1) * width
      let b2 = rows + min(j + 2, count - 1) * width
      let b3 = rows + min(j + 3, count - 1) * width
      var (s00, s01, s02, s03) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var (s10, s11, s12, s13) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var d = 0
      while d < whole {
        let (x0, x1) = (a0.vector(d), a1.vector(d))
        let (y0, y1, y2, y3) = (b0.vector(d), b1.vector(d), b2.vector(d), b3.vector(d))
        Term.add(x0, y0, to: &s00)
        Term.add(x0, y1, to: &s01)
        Term.add(x0, y2, to: &s02)
        Term.add(x0, y3, to: &s03)
        Term.add(x1, y0, to: &s10)
        Term.add(x1, y1, to: &s11)
        Term.add(x1, y2, to: &s12)
        Term.add(x1, y3, to: &s13)
        d &+= vectorWidth
      }
      finish(i, j, s00)
      finish(i, j + 1, s01)
      finish(i, j + 2, s02)
      finish(i, j + 3, s03)
      finish(i + 1, j, s10)
      finish(i + 1, j + 1, s11)
      finish(i + 1, j + 2, s12)
      finish(i + 1, j + 3, s13)
    }
  }
}
