import RandomStreams
import Testing

@testable import TensorKernels

@Suite("columns of length 1")
struct UnitColumnsTests {
  @Test(
    "have it, but for those of zeros, and their gradient is across them",
    arguments: [1, 4, 9], [1, 16, 21])
  func definition(rows: Int, columns: Int) {
    var random = RandomStream(seed: 1, purpose: "columns", rows, columns)
    var values = random.floats(rows * columns)
    for r in 0..<rows { values[r * columns] = 0 }
    let gradient = random.floats(rows * columns)
    let (unit, norms, result) = (
      GuardedBuffer(count: rows * columns), GuardedBuffer(count: columns),
      GuardedBuffer(count: rows * columns)
    )
    unitColumns(
      padded(values), into: unit.pointer, inverseNorms: norms.pointer, rows: rows,
      columns: columns)
    unitColumnsBackward(
      unit.pointer, inverseNorms: norms.pointer, gradient: padded(gradient), into: result.pointer,
      rows: rows, columns: columns)
    for buffer in [unit, norms, result] { buffer.expectGuards() }
    for c in 0..<columns {
      func column(_ values: [Float]) -> [Double] {
        (0..<rows).map { Double(values[$0 * columns + c]) }
      }
      func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let (own, slope) = (column(values), column(gradient))
      let norm = product(own, own).squareRoot()
      let direction = own.map { norm > 0 ? $0 / norm : 0 }
      let along = product(direction, slope)
      for r in 0..<rows {
        let expected = norm > 0 ? (slope[r] - direction[r] * along) / norm : 0
        #expect(abs(column(unit.values)[r] - direction[r]) < 1e-5)
        #expect(
          abs(column(result.values)[r] - expected) < 1e-4 * (1 + abs(slope[r] / max(norm, 1e-3))))
      }
    }
  }
}
