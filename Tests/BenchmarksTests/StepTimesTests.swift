import Testing

@testable import Benchmarks

@Suite("the times of steps")
struct StepTimesTests {
  @Test("begin after the warm-up, which says when it has ended")
  func warmUp() {
    var calls = 0
    let times = StepTimes(warmUpSteps: 3, warmUpSeconds: 0, fewest: 4, seconds: 0) { calls += 1 }
    for _ in 0..<3 {
      #expect(times.count == 0 && calls == 0)
      #expect(times.tick())
    }
    #expect(calls == 1)
    #expect((0..<4).map { _ in times.tick() } == [true, true, true, false])
    #expect(times.count == 4 && calls == 1)
  }

  @Test("are taken until they add up")
  func seconds() {
    let times = StepTimes(warmUpSteps: 0, warmUpSeconds: 0, fewest: 1, seconds: 0.02)
    while times.tick() {}
    #expect(times.mean * Double(times.count) >= 0.02)
  }
}
