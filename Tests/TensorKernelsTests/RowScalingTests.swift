import RandomStreams
import Testing

@testable import TensorKernels

@Suite("rows by a factor, and differences")
struct RowScalingTests {
  @Test("are what their definitions say", arguments: [1, 5], [1, 16, 35])
  func rows(rows: Int, columns: Int) {
    var random = RandomStream(seed: 1, purpose: "rows", rows, columns)
    let (values, factors) = (random.floats(rows * columns), random.floats(rows))
    let (squares, scaled) = (GuardedBuffer(count: rows), GuardedBuffer(count: rows * columns))
    rowSquares(padded(values), into: squares.pointer, rows: rows, columns: columns)
    scaleRows(
      padded(values), by: padded(factors), into: scaled.pointer, rows: rows, columns: columns)
    squares.expectGuards()
    scaled.expectGuards()
    for r in 0..<rows {
      let row = values[r * columns..<(r + 1) * columns]
      let expected = row.reduce(0) { $0 + Double($1) * Double($1) }
      #expect(abs(Double(squares.values[r]) - expected) < 1e-5 * Double(columns))
      #expect(Array(scaled.values[r * columns..<(r + 1) * columns]) == row.map { factors[r] * $0 })
    }
  }

  @Test("a scaled difference is in place what it is apart", arguments: [1, 16, 1500])
  func difference(count: Int) {
    var random = RandomStream(seed: 1, purpose: "difference", count)
    let (values, target) = (random.floats(count), random.floats(count))
    let (apart, inPlace) = (GuardedBuffer(count: count), GuardedBuffer(updating: values))
    let squares = scaledDifference(
      padded(values), minus: padded(target), factor: 0.5, into: apart.pointer, count: count)
    let same = scaledDifference(
      inPlace.pointer, minus: padded(target), factor: 0.5, into: inPlace.pointer, count: count)
    apart.expectGuards()
    #expect(squares == same && apart.values == inPlace.values)
    #expect(apart.values == zip(values, target).map { 0.5 * ($0 - $1) })
    let expected = zip(values, target).reduce(0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    #expect(abs(squares - expected) < 1e-5 * expected)
  }
}
