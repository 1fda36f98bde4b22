/// Where buffers lie in an arena.
public struct BufferPlan: Hashable, Sendable {
  /// For each buffer, the bytes before it.
  public let offsets: [Int]
  /// The bytes of all: the end of the last buffer.
  public let bytes: Int
}

/// The planner of TensorFlow Lite Micro (greedy_memory_planner.cc): buffers whose places are given first, then the
/// others by falling size, each into the first gap that is left by those alive with it.
public enum GreedyPlanner {
  /// Returns the plan of buffers, those with a given offset at that offset.
  ///
  /// - Parameter fixed: For each buffer, its offset, or nil; empty means nil for all.
  public static func plan(_ buffers: [PlannedBuffer], fixed: [Int?] = []) -> BufferPlan {
    let isFixed = { (index: Int) in index < fixed.count && fixed[index] != nil }
    // Of equal sizes the later buffer comes first, since the original sorts from behind.
    let free = buffers.indices.filter { !isFixed($0) }
      .sorted { (buffers[$0].bytes, $0) > (buffers[$1].bytes, $1) }
    var placement = BufferPlacement(buffers)
    for index in buffers.indices where isFixed(index) { placement.put(index, at: fixed[index]!) }
    for index in free { placement.put(index, at: placement.firstGap(for: index)) }
    return placement.plan
  }
}

/// Buffers that are placed one after the other.
struct BufferPlacement {
  private let buffers: [PlannedBuffer]
  private var offsets: [Int]
  /// The placed buffers by their offset, of equal ones the earlier placed first.
  private var order: [Int] = []
  private var end = 0

  init(_ buffers: [PlannedBuffer]) {
    self.buffers = buffers
    offsets = [Int](repeating: 0, count: buffers.count)
    order.reserveCapacity(buffers.count)
  }

  var plan: BufferPlan { BufferPlan(offsets: offsets, bytes: end) }

  /// Returns the lowest offset at which nothing that is alive with the buffer is hit.
  func firstGap(for index: Int) -> Int {
    let buffer = buffers[index]
    var candidate = 0
    for placed in order where buffers[placed].overlaps(buffer) {
      if offsets[placed] - candidate >= buffer.bytes { break }
      candidate = max(candidate, offsets[placed] + buffers[placed].bytes)
    }
    return candidate
  }

  /// Returns the offset of the smallest gap below `ceiling` that holds the buffer, at its lower or its upper end; nil if
  /// none does.
  func bestGap(for index: Int, below ceiling: Int) -> Int? {
    let buffer = buffers[index]
    var (from, best) = (0, (offset: -1, rest: Int.max))
    func consider(_ start: Int, _ stop: Int) {
      let rest = stop - start - buffer.bytes
      if rest >= 0, rest < best.rest {
        // At the bottom of the arena it lies low, at its top high, so that the middle stays whole.
        best = (stop == ceiling && start > 0 ? stop - buffer.bytes : start, rest)
      }
    }
    for placed in order where buffers[placed].overlaps(buffer) {
      consider(from, offsets[placed])
      from = max(from, offsets[placed] + buffers[placed].bytes)
    }
    consider(from, ceiling)
    return best.offset >= 0 ? best.offset : nil
  }

  mutating func put(_ index: Int, at offset: Int) {
    offsets[index] = offset
    end = max(end, offset + buffers[index].bytes)
    let place = order.firstIndex { offsets[$0] > offset } ?? order.endIndex
    order.insert(index, at: place)
  }
}
