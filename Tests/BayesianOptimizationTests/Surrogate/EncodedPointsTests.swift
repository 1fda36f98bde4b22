import RandomStreams
import Testing

@testable import BayesianOptimization

@Suite("points in lanes of eight")
struct EncodedPointsTests {
  private func rows(_ count: Int, columns: Int) -> [[Double]] {
    var random = RandomStream(seed: 23, purpose: "encoded points", columns)
    return (0..<count).map { _ in random.uniforms(columns) }
  }

  private func points(_ rows: [[Double]], columns: Int) -> EncodedPoints {
    var points = EncodedPoints(columnCount: columns)
    for row in rows { points.append(row) }
    return points
  }

  @Test("gives back the rows that were appended", arguments: [1, 3, 8, 17])
  func roundTrip(columns: Int) {
    for count in [0, 1, 7, 8, 9, 16, 30] {
      let rows = rows(count, columns: columns)
      let points = points(rows, columns: columns)
      #expect(points.count == count && points.chunkCount == (count + 7) / 8)
      #expect((0..<count).map(points.row) == rows)
      #expect(points.storage.count == points.chunkCount * 8 * columns)
      // Column c of point p.
      for (p, row) in rows.enumerated() {
        for (c, value) in row.enumerated() {
          #expect(points.storage[p / 8 * columns * 8 + c * 8 + p % 8] == value)
          #expect(points.value(p, c) == value)
        }
      }
    }
  }

  @Test("is after removing as if what is removed had never been there: zeros beyond the last")
  func removal() {
    for count in [1, 8, 13, 24] {
      for kept in 0...count {
        let rows = rows(count + 3, columns: 5)
        var points = points(Array(rows.prefix(count)), columns: 5)
        points.removeLast(count - kept)
        let fresh = self.points(Array(rows.prefix(kept)), columns: 5)
        #expect(points.count == kept && points.storage == fresh.storage)
        for row in rows.suffix(3) { points.append(row) }
        #expect((kept..<kept + 3).map(points.row) == Array(rows.suffix(3)))
        #expect((0..<kept).map(points.row) == Array(rows.prefix(kept)))
      }
    }
  }
}
