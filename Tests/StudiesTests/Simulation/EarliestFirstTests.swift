import RandomStreams
import Testing

@testable import Studies

@Suite("numbers by their times")
struct EarliestFirstTests {
  @Test("come the earliest first, of equal times the smallest number first")
  func order() {
    var random = RandomStream(seed: 1, purpose: "times")
    var heap = EarliestFirst()
    var all: [EarliestFirst.Element] = []
    var taken: [EarliestFirst.Element] = []
    for number in 0..<500 {
      let element = (time: Double(random.integer(below: 40)), number: number)
      heap.insert(element)
      all.append(element)
      // What is taken in between is the earliest of what is there.
      if number % 7 == 6, let first = heap.takeFirst() {
        #expect(all.allSatisfy { first <= $0 })
        all.removeAll { $0 == first }
      }
    }
    while let first = heap.takeFirst() { taken.append(first) }
    #expect(taken.elementsEqual(all.sorted { $0 < $1 }, by: ==))
    #expect(heap.isEmpty && heap.first == nil)
  }
}
