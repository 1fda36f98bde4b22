import Testing

@testable import Datasets

@Suite("epoch orders")
struct EpochOrderTests {
  @Test("every epoch visits every image once, in an order of its own")
  func permutations() {
    var order = EpochOrder(count: 100, seed: 3)
    var seen: [[Int]] = []
    for epoch in 0..<5 {
      order.shuffle(epoch: epoch)
      #expect(order.indices.sorted() == Array(0..<100))
      #expect(!seen.contains(order.indices))
      seen.append(order.indices)
    }
  }

  @Test("an epoch's order does not depend on the epochs before it")
  func independent() {
    var visited = EpochOrder(count: 50, seed: 3)
    for epoch in 0..<8 { visited.shuffle(epoch: epoch) }
    var direct = EpochOrder(count: 50, seed: 3)
    direct.shuffle(epoch: 7)
    #expect(visited.indices == direct.indices)
    direct.shuffle(epoch: 0)
    #expect(direct.indices == EpochOrder(count: 50, seed: 3).indices)
    #expect(direct.indices != EpochOrder(count: 50, seed: 4).indices)
  }

  @Test("refilling happens in place")
  func inPlace() {
    var order = EpochOrder(count: 50, seed: 3)
    let before = order.indices.withUnsafeBufferPointer { $0.baseAddress }
    order.shuffle(epoch: 1)
    #expect(order.indices.withUnsafeBufferPointer { $0.baseAddress } == before)
  }
}
