import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a register tile")
struct MatrixTileTests {
  static let rowCounts = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14]

  @Test("sums its segments for every size, and stores only its own columns", arguments: rowCounts)
  func everySize(rows: Int) {
    let (segments, depth, width) = (3, 5, 35)
    let (leftRowStride, leftSegmentStride) = (7, 120)
    for columns in 1...wideTileColumns where rows <= mostTileRows(columns: columns) {
      var random = RandomStream(seed: 1, purpose: "tile", rows, columns)
      let left = random.floats(leftSegmentStride * segments)
      let right = random.floats(segments * depth * width)
      let start = random.floats(rows * width)
      let output = GuardedBuffer(count: rows * width)
      withPointers(left, right, start) { left, right, start in
        tile(
          rows: rows, columns: columns,
          RowOperands(
            left: left, leftRowStride: leftRowStride, leftSegmentStride: leftSegmentStride,
            right: right, rightRowStride: width, segments: segments, depth: depth),
          from: TileStart(values: start, rowStride: width), into: output.pointer, rowStride: width)
      }
      output.expectGuards()
      expectTile(output.values, rows: rows, columns: columns, width: width, terms: 15) { r, c in
        var sum = Double(start[r * width + c])
        for s in 0..<segments {
          for d in 0..<depth {
            sum +=
              Double(left[s * leftSegmentStride + r * leftRowStride + d])
              * Double(right[(s * depth + d) * width + c])
          }
        }
        return sum
      }
    }
  }

  @Test("sums positions line by line when transposed", arguments: rowCounts)
  func everyTransposedSize(rows: Int) {
    let (lines, length, width) = (3, 4, 35)
    let (leftStep, leftLine, rightLine) = (17, 80, 150)
    for columns in 1...wideTileColumns where rows <= mostTileRows(columns: columns) {
      var random = RandomStream(seed: 2, purpose: "tile", rows, columns)
      let left = random.floats(lines * leftLine)
      let right = random.floats(lines * rightLine)
      let start = random.floats(rows * width)
      let output = GuardedBuffer(updating: start)
      withPointers(left, right, start) { left, right, _ in
        tile(
          rows: rows, columns: columns,
          TransposedOperands(
            left: left, leftStep: leftStep, leftLineStride: leftLine, right: right,
            rightStep: width, rightLineStride: rightLine, lines: lines, length: length),
          from: TileStart(values: output.pointer, rowStride: width), into: output.pointer,
          rowStride: width)
      }
      output.expectGuards()
      var kept = output.values
      expectTile(kept, rows: rows, columns: columns, width: width, terms: 12) { r, c in
        var sum = Double(start[r * width + c])
        for y in 0..<lines {
          for x in 0..<length {
            sum +=
              Double(left[y * leftLine + x * leftStep + r])
              * Double(right[y * rightLine + x * width + c])
          }
        }
        return sum
      }
      // The columns beside the tile are as before.
      for r in 0..<rows {
        for c in 0..<columns { kept[r * width + c] = start[r * width + c] }
      }
      #expect(kept == start)
    }
  }

  /// Calls `body` with the operands in memory, behind each of which stands NaN.
  private func withPointers(
    _ left: [Float], _ right: [Float], _ start: [Float],
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    padded(left).withUnsafeBufferPointer { left in
      padded(right).withUnsafeBufferPointer { right in
        padded(start).withUnsafeBufferPointer { start in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let start = start.baseAddress
          else { return }
          body(left, right, start)
        }
      }
    }
  }

  private func expectTile(
    _ values: [Float], rows: Int, columns: Int, width: Int, terms: Int,
    _ reference: (_ row: Int, _ column: Int) -> Double
  ) {
    let places = (0..<rows).flatMap { r in (0..<columns).map { c in (r, c) } }
    expectClose(
      places.map { values[$0.0 * width + $0.1] }, places.map { reference($0.0, $0.1) },
      within: roundingTolerance(terms: terms), "\(rows)×\(columns)")
  }

  @Test("of a plain product starts from 32 zeros")
  func zeroStart() {
    #expect((0..<32).allSatisfy { zeroRow[$0] == 0 })
  }
}
