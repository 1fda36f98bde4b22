import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the ascending order")
struct AscendingOrderTests {
  private func order(_ values: [Float], stride: Int = 1) -> [Int] {
    let count = values.count / stride
    let records = UnsafeMutablePointer<UInt64>.allocate(capacity: count + 1)
    defer { records.deallocate() }
    let arena = FloatArena(count: orderScratchFloats(count: count))
    ascendingOrder(of: values, stride: stride, count: count, into: records, scratch: arena.base)
    withExtendedLifetime(arena) {}
    return (0..<count).map { Int(records[$0] & 0xFFFF_FFFF) }
  }

  @Test("is that of a stable sort", arguments: [1, 2, 7, 100, 3000])
  func sorts(count: Int) {
    var random = RandomStream(seed: 1, purpose: "order", count)
    let values = (0..<count).map { _ in
      // Some are equal, some far apart.
      random.integer(below: 3) == 0
        ? Float(random.integer(below: 5) - 2) : Float(random.normal()) * 1e3
    }
    let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(order(values) == expected)
  }

  @Test("of a column takes every so many values; infinities are at its ends")
  func column() {
    #expect(order([3, 0, .infinity, 9, -1, 0, -.infinity, 5], stride: 2) == [3, 2, 0, 1])
  }

  @Test("gives each value the slope to the target of its rank")
  func ranks() {
    var values: [Float] = [5, -1, 2]
    let targets: [Float] = [1, 4, 0]
    let (own, other) = (order(values).map(UInt64.init), order(targets).map(UInt64.init))
    let squares = matchRanks(
      &values, own, targets, other, stride: 1, count: 3, factor: 10)
    #expect(values == [10, -10, 10] && squares == 3)
  }
}
