// Exact hypervolume: the volume that a set of points dominates above a reference point.
//
// With the reference moved to the origin, a point p dominates the box [0, p]. The volume of the
// union is summed over the points in descending order of their last coordinate: a point adds its
// last coordinate times what its shadow (the point without that coordinate) adds to the union of
// the shadows before it. That exclusive volume is the shadow's box less the union of the earlier
// shadows, each cut down to the box: the recursion of the WFG algorithm, one dimension lower. In
// two and three dimensions it is the plain sweep.
//
// Source: While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes",
// IEEE TEC 16(1), 2012, doi:10.1109/TEVC.2010.2077298.

/// Returns the volume of the region dominated by `points` and above `reference`; all is maximised.
///
/// Points that do not exceed the reference in every coordinate, or hold a NaN, add nothing. In zero
/// dimensions any point dominates the whole, which has volume 1.
public func hypervolume(of points: [[Double]], reference: [Double]) -> Double {
  let dimension = reference.count
  var boxes: [[Double]] = []
  for point in points {
    precondition(
      point.count == dimension, "a point of \(point.count), a reference of \(dimension)")
    let box = zip(point, reference).map { $0 - $1 }
    if box.allSatisfy({ $0 > 0 }) { boxes.append(box) }
  }
  guard dimension > 0, !boxes.isEmpty else { return boxes.isEmpty ? 0 : 1 }
  // Sorted here, so that the insertion sort below has little left to do.
  boxes.sort { $1[dimension - 1] < $0[dimension - 1] }
  let union = BoxUnion(dimension: dimension, capacity: boxes.count)
  for (index, box) in boxes.enumerated() {
    for (coordinate, value) in box.enumerated() {
      union.boxes[index * dimension + coordinate] = value
    }
  }
  return union.volume(count: boxes.count)
}

/// The memory for volumes of unions of boxes [0, p]: the boxes, and room for the recursion.
///
/// For acquisition functions, which ask for many volumes over one front. Not for several threads at once.
package final class BoxUnion {
  /// The upper corners, row by row; a volume computation may reorder them.
  package let boxes: UnsafeMutablePointer<Double>
  private let scratch: UnsafeMutablePointer<Double>
  private let dimension: Int

  /// Allocates room for at most `capacity` boxes of a dimension.
  package init(dimension: Int, capacity: Int) {
    self.dimension = dimension
    boxes = .allocate(capacity: max(1, dimension * capacity))
    // Every level of the recursion keeps a limited set of at most `capacity` + 1 rows.
    scratch = .allocate(capacity: max(1, dimension * dimension * (capacity + 1)))
  }

  deinit {
    boxes.deallocate()
    scratch.deallocate()
  }

  /// Returns the volume of the union of the first `count` boxes.
  package func volume(count: Int) -> Double {
    unionVolume(boxes, count: count, dimension: dimension, scratch: scratch)
  }

  /// Returns how much of the box [0, `corner`] the first `count` boxes leave uncovered.
  package func exclusiveVolume(of corner: UnsafePointer<Double>, count: Int) -> Double {
    exclusiveBoxVolume(
      corner, over: boxes, count: count, stride: dimension, dimension: dimension, scratch: scratch)
  }
}

/// Returns the volume of the union of `count` boxes [0, p], after sorting them by last coordinate.
private func unionVolume(
  _ boxes: UnsafeMutablePointer<Double>, count: Int, dimension d: Int,
  scratch: UnsafeMutablePointer<Double>
) -> Double {
  sortDescendingByLast(boxes, count: count, dimension: d)
  var volume = 0.0
  if d == 2 {
    var width = 0.0
    for index in 0..<count where boxes[2 * index] > width {
      volume += (boxes[2 * index] - width) * boxes[2 * index + 1]
      width = boxes[2 * index]
    }
    return volume
  }
  for index in 0..<count {
    let corner = boxes + index * d
    let shadow = exclusiveBoxVolume(
      corner, over: boxes, count: index, stride: d, dimension: d - 1, scratch: scratch)
    volume += corner[d - 1] * shadow
  }
  return volume
}

/// Returns the volume of [0, `corner`] outside the boxes, whose first `dimension` coordinates
/// count.
private func exclusiveBoxVolume(
  _ corner: UnsafePointer<Double>, over boxes: UnsafePointer<Double>, count: Int, stride: Int,
  dimension d: Int, scratch: UnsafeMutablePointer<Double>
) -> Double {
  if d == 0 { return count == 0 ? 1 : 0 }
  var volume = 1.0
  for coordinate in 0..<d { volume *= corner[coordinate] }
  if d == 1 {
    var covered = 0.0
    for index in 0..<count { covered = max(covered, boxes[index * stride]) }
    return max(0, volume - covered)
  }
  var kept = 0
  for index in 0..<count {
    let row = scratch + kept * d
    var coversCorner = true
    for coordinate in 0..<d {
      row[coordinate] = min(corner[coordinate], boxes[index * stride + coordinate])
      coversCorner = coversCorner && row[coordinate] == corner[coordinate]
    }
    if coversCorner { return 0 }
    kept = keepNonDominated(scratch, appended: kept, dimension: d)
  }
  let covered = unionVolume(scratch, count: kept, dimension: d, scratch: scratch + kept * d)
  return max(0, volume - covered)
}

/// Drops the last of `appended + 1` rows if another contains it, else the rows that it contains.
private func keepNonDominated(
  _ rows: UnsafeMutablePointer<Double>, appended: Int, dimension d: Int
) -> Int {
  let last = rows + appended * d
  for coordinate in 0..<d where last[coordinate] <= 0 { return appended }
  for index in 0..<appended where contains(rows + index * d, last, dimension: d) { return appended }
  var kept = 0
  for index in 0...appended {
    let row = rows + index * d
    if index < appended && contains(last, row, dimension: d) { continue }
    if kept < index { (rows + kept * d).update(from: row, count: d) }
    kept += 1
  }
  return kept
}

/// Returns whether the box [0, `outer`] contains [0, `inner`].
private func contains(
  _ outer: UnsafePointer<Double>, _ inner: UnsafePointer<Double>, dimension: Int
) -> Bool {
  for coordinate in 0..<dimension where outer[coordinate] < inner[coordinate] { return false }
  return true
}

/// Sorts rows by insertion: the sets here are small, or sorted already.
private func sortDescendingByLast(
  _ rows: UnsafeMutablePointer<Double>, count: Int, dimension d: Int
) {
  for index in stride(from: 1, to: count, by: 1) {
    var position = index
    while position > 0 && rows[(position - 1) * d + d - 1] < rows[position * d + d - 1] {
      for coordinate in 0..<d {
        let value = rows[position * d + coordinate]
        rows[position * d + coordinate] = rows[(position - 1) * d + coordinate]
        rows[(position - 1) * d + coordinate] = value
      }
      position -= 1
    }
  }
}
