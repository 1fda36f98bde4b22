import CIntegerVectors

// The transforms of F(2×2, 3×3) in integers, sixteen channels at a time: Bᵀ d B of the values that a tile of 2×2 outputs
// sees, Aᵀ m A of its products, and 2G g (2G)ᵀ of a filter.

@inline(__always)
private func transformed(_ d: (Shorts, Shorts, Shorts, Shorts)) -> (Shorts, Shorts, Shorts, Shorts)
{
  (d.0 &- d.2, d.1 &+ d.2, d.2 &- d.1, d.1 &- d.3)
}

/// Transforms 4×4 pixels of sixteen channels.
///
/// - Parameters:
///   - source: The first pixel.
///   - pixel: From one pixel to the next, in bytes.
///   - line: From one line to the next.
///   - target: Where the first of the sixteen results goes.
///   - point: From one result to the next, in values.
@inline(__always)
func transformWinogradInput(
  _ source: UnsafePointer<UInt8>, pixel: Int, line: Int,
  to target: UnsafeMutablePointer<Int16>, point: Int
) {
  @inline(__always)
  func column(_ x: Int) -> (Shorts, Shorts, Shorts, Shorts) {
    let top = source + x &* pixel
    return transformed(
      (
        lanes_widened16(top.bytes(0)), lanes_widened16(top.bytes(line)),
        lanes_widened16(top.bytes(2 &* line)), lanes_widened16(top.bytes(3 &* line))
      ))
  }
  @inline(__always)
  func store(_ row: Int, _ values: (Shorts, Shorts, Shorts, Shorts)) {
    let result = transformed(values)
    let first = UnsafeMutableRawPointer(target + 4 &* row &* point)
    first.storeBytes(of: result.0, as: Shorts.self)
    first.storeBytes(of: result.1, toByteOffset: 2 &* point, as: Shorts.self)
    first.storeBytes(of: result.2, toByteOffset: 4 &* point, as: Shorts.self)
    first.storeBytes(of: result.3, toByteOffset: 6 &* point, as: Shorts.self)
  }
  let (a, b, c, d) = (column(0), column(1), column(2), column(3))
  store(0, (a.0, b.0, c.0, d.0))
  store(1, (a.1, b.1, c.1, d.1))
  store(2, (a.2, b.2, c.2, d.2))
  store(3, (a.3, b.3, c.3, d.3))
}

/// Returns four times the sums of a tile's 2×2 outputs: those of its first line, and those of its second.
///
/// - Parameters:
///   - products: The first of sixteen vectors of products.
///   - point: From one of them to the next.
@inline(__always)
func winogradOutputs(
  _ products: UnsafePointer<Words>, point: Int
) -> (first: (Words, Words), second: (Words, Words)) {
  @inline(__always)
  func row(_ y: Int) -> (Words, Words) {
    let first = products + 4 &* y &* point
    let (a, b, c, d) = (first[0], first[point], first[2 &* point], first[3 &* point])
    return (a &+ b &+ c, b &- c &- d)
  }
  let (a, b, c, d) = (row(0), row(1), row(2), row(3))
  return (
    (a.0 &+ b.0 &+ c.0, a.1 &+ b.1 &+ c.1),
    (b.0 &- c.0 &- d.0, b.1 &- c.1 &- d.1)
  )
}

/// Returns the 4×4 weights of a filter of 3×3, row by row as that one is, four times those of the real transform.
func winogradWeights(_ filter: [Int16]) -> [Int16] {
  func line(_ g: [Int16]) -> [Int16] {
    [2 * g[0], g[0] + g[1] + g[2], g[0] - g[1] + g[2], 2 * g[2]]
  }
  let rows = (0..<3).map { line(Array(filter[3 * $0..<3 * $0 + 3])) }
  let columns = (0..<4).map { x in line(rows.map { $0[x] }) }
  return (0..<16).map { columns[$0 % 4][$0 / 4] }
}
