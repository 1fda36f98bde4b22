import RandomStreams
import Testing

@testable import DeployedModels

@Suite("the greedy planner")
struct GreedyPlannerTests {
  /// The original's loops over a table of bytes and steps: slow, and without a list of placed buffers.
  private func reference(_ buffers: [PlannedBuffer], fixed: [Int?]) -> [Int] {
    var order = buffers.indices.filter { fixed[$0] == nil }
    order.reverse()
    // Insertion sort that keeps the order of equal sizes, as `ReverseSortInPlace` does.
    for end in order.indices {
      var place = end
      while place > 0, buffers[order[place - 1]].bytes < buffers[order[place]].bytes {
        order.swapAt(place - 1, place)
        place -= 1
      }
    }
    var offsets = fixed.map { $0 ?? -1 }
    for index in order {
      let buffer = buffers[index]
      let placed = buffers.indices.filter { offsets[$0] >= 0 && $0 != index }
        .filter {
          buffers[$0].firstStep <= buffer.lastStep && buffer.firstStep <= buffers[$0].lastStep
        }
      let candidates = [0] + placed.map { offsets[$0] + buffers[$0].bytes }
      offsets[index] = candidates.sorted().first { start in
        placed.allSatisfy {
          offsets[$0] >= start + buffer.bytes || offsets[$0] + buffers[$0].bytes <= start
        }
      }!
    }
    return offsets
  }

  @Test("places buffers as the original does")
  func original() {
    var stream = RandomStream(seed: 2, purpose: "buffers")
    for _ in 0..<200 {
      let buffers = randomBuffers(&stream)
      let none = [Int?](repeating: nil, count: buffers.count)
      let plan = GreedyPlanner.plan(buffers)
      #expect(plan.offsets == reference(buffers, fixed: none))
      expectApart(buffers, plan)
      // Places that are given stay, and the others fill the gaps.
      var fixed = none
      for index in buffers.indices where stream.integer(below: 2) == 0 {
        fixed[index] = plan.offsets[index] + 16
      }
      let second = GreedyPlanner.plan(buffers, fixed: fixed)
      #expect(second.offsets == reference(buffers, fixed: fixed))
      expectApart(buffers, second)
    }
  }

  @Test("of equal sizes places the later first, as VWW's 73,728 bytes show")
  func ties() {
    let buffers = [(0, 1), (1, 2), (2, 3)].map {
      PlannedBuffer(bytes: 32, firstStep: $0.0, lastStep: $0.1, tensor: nil)
    }
    #expect(GreedyPlanner.plan(buffers).offsets == [0, 32, 0])
  }
}

func randomBuffers(_ stream: inout RandomStream) -> [PlannedBuffer] {
  (0..<(2 + stream.integer(below: 30))).map { index in
    let first = stream.integer(below: 20)
    return PlannedBuffer(
      bytes: 16 * (1 + stream.integer(below: 12)), firstStep: first,
      lastStep: first + stream.integer(below: 5), tensor: index)
  }
}
