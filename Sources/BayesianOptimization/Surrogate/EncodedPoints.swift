/// Points as columns of numbers, eight points side by side, so that one vector instruction works on
/// eight of them.
///
/// Column c of point p is at `(p / 8)·columnCount·8 + c·8 + p % 8`. Places beyond the last point
/// hold zeros.
struct EncodedPoints: Sendable {
  static let lanes = 8

  /// The number of columns of a point.
  let columnCount: Int
  private(set) var count = 0
  private(set) var storage: [Double] = []

  init(columnCount: Int) { self.columnCount = columnCount }

  /// The number of groups of eight, the last one filled up.
  var chunkCount: Int { (count + EncodedPoints.lanes - 1) / EncodedPoints.lanes }

  mutating func append(_ row: [Double]) {
    precondition(row.count == columnCount, "\(row.count) columns, not \(columnCount)")
    let lane = count % EncodedPoints.lanes
    let start = count / EncodedPoints.lanes * columnCount * EncodedPoints.lanes
    if lane == 0 {
      storage += repeatElement(0, count: columnCount * EncodedPoints.lanes)
    }
    for column in 0..<columnCount {
      storage[start + column * EncodedPoints.lanes + lane] = row[column]
    }
    count += 1
  }

  /// Forgets the last points.
  mutating func removeLast(_ removed: Int) {
    let kept = count - removed
    let width = columnCount * EncodedPoints.lanes
    let keptChunks = (kept + EncodedPoints.lanes - 1) / EncodedPoints.lanes
    storage.removeSubrange((keptChunks * width)...)
    for point in kept..<keptChunks * EncodedPoints.lanes {
      let start = point / EncodedPoints.lanes * width + point % EncodedPoints.lanes
      for column in 0..<columnCount { storage[start + column * EncodedPoints.lanes] = 0 }
    }
    count = kept
  }

  /// Returns a column of a point.
  func value(_ point: Int, _ column: Int) -> Double {
    let start = point / EncodedPoints.lanes * columnCount * EncodedPoints.lanes
    return storage[start + column * EncodedPoints.lanes + point % EncodedPoints.lanes]
  }

  /// Returns the columns of a point.
  func row(_ point: Int) -> [Double] {
    precondition((0..<count).contains(point), "there are \(count) points, no point \(point)")
    return (0..<columnCount).map { value(point, $0) }
  }
}
