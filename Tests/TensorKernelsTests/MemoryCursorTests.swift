import TensorKernels
import Testing

@Suite("a memory cursor")
struct MemoryCursorTests {
  static let counts = [1, 15, 16, 17, 31, 32, 100, 0, 5, 4096]

  /// Takes every count as floats and as doubles; returns where each buffer starts and ends, in floats
  /// from the first one.
  private func takeAll(_ cursor: inout MemoryCursor) -> [Range<Int>] {
    var places: [(start: Int, bytes: Int)] = []
    for count in Self.counts {
      places.append((Int(bitPattern: cursor.take(count)), 4 * count))
      places.append((Int(bitPattern: cursor.takeDoubles(count)), 8 * count))
    }
    return places.map { place in
      let start = (place.start - places[0].start) / 4
      return start..<start + place.bytes / 4
    }
  }

  @Test("without memory counts what one with memory hands out, at the same places")
  func countingAgrees() {
    var counting = MemoryCursor()
    let counted = takeAll(&counting)
    let arena = FloatArena(count: counting.floats)
    var placing = MemoryCursor(arena.base)
    #expect(takeAll(&placing) == counted)
    #expect(placing.floats == counting.floats)
  }

  @Test("starts where its memory starts, and has taken nothing yet")
  func start() {
    let arena = FloatArena(count: 64)
    var cursor = MemoryCursor(arena.base)
    #expect(cursor.floats == 0)
    #expect(cursor.take(3) == arena.base)
    #expect(MemoryCursor().floats == 0)
  }

  @Test("aligns every buffer to a vector")
  func alignment() {
    let arena = FloatArena(count: 20_000)
    for var cursor in [MemoryCursor(), MemoryCursor(arena.base)] {
      for count in Self.counts {
        #expect(Int(bitPattern: cursor.take(count)) % 64 == 0)
        #expect(Int(bitPattern: cursor.takeDoubles(count)) % 64 == 0)
      }
    }
  }

  @Test("leaves 31 floats or more behind every buffer, the last one too")
  func margins() {
    var cursor = MemoryCursor()
    let places = takeAll(&cursor)
    for (place, next) in zip(places, places.dropFirst()) {
      #expect(next.lowerBound >= place.upperBound + 31)
    }
    #expect(places.last.map { cursor.floats >= $0.upperBound + 31 } == true)
  }

  @Test("hands out doubles that keep their values beside floats")
  func doubles() {
    var counting = MemoryCursor()
    _ = (counting.take(5), counting.takeDoubles(7), counting.take(5))
    let arena = FloatArena(count: counting.floats)
    var cursor = MemoryCursor(arena.base)
    let (before, doubles, after) = (cursor.take(5), cursor.takeDoubles(7), cursor.take(5))
    for i in 0..<7 { doubles[i] = 1 / Double(i + 1) }
    before.update(repeating: 2, count: 5)
    after.update(repeating: 3, count: 5)
    #expect((0..<7).allSatisfy { doubles[$0] == 1 / Double($0 + 1) })
    #expect((0..<5).allSatisfy { before[$0] == 2 && after[$0] == 3 })
  }
}
