import Synchronization
import Testing

@testable import TensorKernels

@Suite("a worker team")
struct WorkerTeamTests {
  @Test("runs its function once in every thread", arguments: 1...3)
  func everyThread(threads: Int) {
    let seen = Mutex<[Int]>([])
    WorkerTeam(threadCount: threads).run { index in seen.withLock { $0.append(index) } }
    #expect(seen.withLock { $0.sorted() } == Array(0..<threads))
  }

  @Test("can be used again and again", arguments: 1...3)
  func reuse(threads: Int) {
    let team = WorkerTeam(threadCount: threads)
    let total = Atomic<Int>(0)
    for _ in 0..<50 {
      team.run { index in
        total.wrappingAdd(index + 1, ordering: .relaxed)
        team.barrier()
        total.wrappingAdd(1, ordering: .relaxed)
      }
    }
    let once = threads * (threads + 1) / 2 + threads
    #expect(total.load(ordering: .relaxed) == 50 * once)
  }

  /// Each thread writes its own place, meets the others, reads all places, and meets them again before the
  /// next round. A thread that passes a barrier early reads an old number.
  @Test("meets at barriers: behind one, every thread sees what all wrote before", arguments: 1...3)
  func barriers(threads: Int) {
    let team = WorkerTeam(threadCount: threads)
    // Threads that wait for a processor are slow to meet; this machine may have two.
    let rounds = threads < 3 ? 2000 : 100
    nonisolated(unsafe) let places = UnsafeMutablePointer<Int>.allocate(capacity: threads * 16)
    places.initialize(repeating: -1, count: threads * 16)
    defer { places.deallocate() }
    let wrong = Atomic<Int>(0)
    team.run { index in
      for round in 0..<rounds {
        places[index * 16] = round
        team.barrier()
        for other in 0..<threads where places[other * 16] != round {
          wrong.wrappingAdd(1, ordering: .relaxed)
        }
        team.barrier()
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
