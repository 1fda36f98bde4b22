import RandomStreams
import Testing

@testable import NeuralNetworks

@Suite("an arena layout")
struct ArenaLayoutTests {
  private func requests(
    _ count: Int, steps: Int, largest: Int, round: Int
  ) -> [ArenaLayout.Request] {
    var random = RandomStream(seed: 1, purpose: "arena", count, steps, round)
    return (0..<count).map { _ in
      let first = random.integer(below: steps)
      return ArenaLayout.Request(
        floats: 1 + random.integer(below: largest), firstUse: first,
        lastUse: min(steps - 1, first + random.integer(below: 1 + steps / 3)))
    }
  }

  private func rounded(_ floats: Int, to alignment: Int) -> Int {
    (floats + alignment - 1) / alignment * alignment
  }

  private func liveTogether(_ one: ArenaLayout.Request, _ two: ArenaLayout.Request) -> Bool {
    one.firstUse <= two.lastUse && two.firstUse <= one.lastUse
  }

  /// The most floats needed at any step: no layout can be smaller.
  private func lowerBound(_ requests: [ArenaLayout.Request], alignment: Int) -> Int {
    let steps = 0...(requests.map(\.lastUse).max() ?? 0)
    return steps.map { step in
      requests.filter { $0.firstUse <= step && step <= $0.lastUse }
        .reduce(0) { $0 + rounded($1.floats, to: alignment) }
    }.max() ?? 0
  }

  @Test(
    "never gives two live buffers one place, and takes at least what is live at once",
    arguments: [1, 2, 5, 20, 100], [1, 16])
  func validity(count: Int, alignment: Int) {
    for round in 0..<30 {
      let requests = requests(count, steps: 2 + count / 2, largest: 200, round: round)
      let layout = ArenaLayout(requests, alignment: alignment)
      var overlaps = 0
      for i in requests.indices {
        for j in 0..<i where liveTogether(requests[i], requests[j]) {
          let separate =
            layout.offsets[i] + requests[i].floats <= layout.offsets[j]
            || layout.offsets[j] + requests[j].floats <= layout.offsets[i]
          if !separate { overlaps += 1 }
        }
      }
      #expect(overlaps == 0)
      #expect(layout.offsets.allSatisfy { $0 >= 0 && $0 % alignment == 0 })
      let end = zip(requests, layout.offsets)
        .map { $1 + rounded($0.floats, to: alignment) }.max()
      #expect(layout.floats == end)
      #expect(layout.floats >= lowerBound(requests, alignment: alignment))
    }
  }

  /// The smallest arena, by trying every order; some order, placed lowest first, is optimal.
  private func smallestArena(_ requests: [ArenaLayout.Request]) -> Int {
    var best = Int.max
    var offsets = [Int?](repeating: nil, count: requests.count)
    func place(_ placed: Int, _ end: Int) {
      guard end < best else { return }
      if placed == requests.count { return best = end }
      for index in requests.indices where offsets[index] == nil {
        let others = requests.indices.filter {
          offsets[$0] != nil && liveTogether(requests[$0], requests[index])
        }
        let candidates = [0] + others.map { (offsets[$0] ?? 0) + requests[$0].floats }
        let lowest = candidates.sorted().first { offset in
          others.allSatisfy {
            let other = offsets[$0] ?? 0
            return offset + requests[index].floats <= other
              || other + requests[$0].floats <= offset
          }
        }
        guard let lowest else { continue }
        offsets[index] = lowest
        place(placed + 1, max(end, lowest + requests[index].floats))
        offsets[index] = nil
      }
    }
    place(0, 0)
    return best
  }

  @Test("is rarely larger than the smallest possible one, and never half larger")
  func nearOptimal() {
    let trials = 200
    var optimal = 0
    for round in 0..<trials {
      let requests = requests(5, steps: 6, largest: 12, round: round)
      let smallest = smallestArena(requests)
      let floats = ArenaLayout(requests, alignment: 1).floats
      #expect(floats >= smallest)
      #expect(2 * floats <= 3 * smallest)
      if floats == smallest { optimal += 1 }
    }
    #expect(optimal >= trials * 9 / 10)
  }

  @Test("gives buffers that follow each other one place")
  func reuse() {
    let chain = (0..<6).map { ArenaLayout.Request(floats: 32, firstUse: $0, lastUse: $0 + 1) }
    let layout = ArenaLayout(chain)
    #expect(layout.floats == 64)
    #expect(Set(layout.offsets) == [0, 32])
  }

  @Test("does not depend on anything but the requests")
  func determinism() {
    let requests = requests(50, steps: 20, largest: 8, round: 0)
    #expect(ArenaLayout(requests).offsets == ArenaLayout(requests).offsets)
  }

  @Test("of nothing is empty")
  func empty() {
    let layout = ArenaLayout([])
    #expect(layout.floats == 0 && layout.offsets.isEmpty)
  }
}
