import Testing

@testable import Studies

@Suite("a timeline of workers")
struct SimulatedTimelineTests {
  /// Flash trials of these lengths, then full trainings.
  private func work(_ search: [Double], full: [Double] = []) -> SimulatedWork {
    var work = SimulatedWork()
    work.beginStage()
    for (trial, seconds) in search.enumerated() {
      work.add(
        .init(outcome: .lost(.failed, note: ""), seconds: seconds, lostSeconds: 0),
        of: StudentTask(.flash(.init()), key: "k", trial: trial), isIdle: trial == 0)
    }
    work.beginStage()
    for (trial, seconds) in full.enumerated() {
      work.add(
        .init(outcome: .lost(.failed, note: ""), seconds: seconds, lostSeconds: 0.25),
        of: StudentTask(.full(.init(repetition: 0)), key: "k", trial: trial), isIdle: trial == 0)
    }
    return work
  }

  @Test("lets a trial begin when those look-ahead before it have ended")
  func lookAhead() {
    // 0: 0–1, 1: 0–3, 2 after 0: 1–2, 3 after 1: 3–4.
    let two = SimulatedTimeline(work([1, 3, 1, 1]), workers: 2, lookAhead: 2)
    #expect(two.searchSeconds == 4 && two.busySeconds == 6)
    #expect(two.lookAheadSeconds == 1 && two.endSeconds == 1)
    #expect(two.utilisation == 0.75)
    // With more of it nobody waits: 3 begins at 2.
    let ahead = SimulatedTimeline(work([1, 3, 1, 1]), workers: 2, lookAhead: 4)
    #expect(ahead.searchSeconds == 3 && ahead.lookAheadSeconds == 0 && ahead.endSeconds == 0)
  }

  @Test("counts workers that look-ahead leaves without a trial as waiting for it")
  func unused() {
    let timeline = SimulatedTimeline(work([2, 2, 2, 2]), workers: 5, lookAhead: 1)
    #expect(timeline.searchSeconds == 8 && timeline.lookAheadSeconds == 32)
    #expect(timeline.utilisation == 0.2 && timeline.endSeconds == 0)
  }

  @Test("gives full trainings to whoever is free, in their order")
  func batch() {
    let timeline = SimulatedTimeline(
      work([1], full: [4, 3, 2, 1]), workers: 2, lookAhead: 1)
    // 0–4 and 0–3, 3–5, 4–5.
    #expect(timeline.finalSeconds == 5 && timeline.wallSeconds == 6)
    #expect(timeline.lookAheadSeconds == 1 && timeline.endSeconds == 0)
  }

  @Test("has all workers' time in training and waiting", arguments: [1, 2, 5, 40], [1, 3, 50])
  func sums(workers: Int, lookAhead: Int) {
    let seconds = (0..<30).map { Double(1 + $0 * 7 % 11) }
    let timeline = SimulatedTimeline(
      work(seconds, full: Array(seconds.prefix(7))), workers: workers, lookAhead: lookAhead)
    let sum = timeline.busySeconds + timeline.lookAheadSeconds + timeline.endSeconds
    #expect(abs(sum - Double(workers) * timeline.wallSeconds) < 1e-9 * sum)
    if workers == 1 { #expect(timeline.wallSeconds == timeline.busySeconds) }
  }

  @Test("tells parts by what is trained and when nothing runs")
  func parts() {
    let all = work([1, 2], full: [3, 4])
    #expect(all.parts.map(\.seconds) == [[1, 2], [3, 4]])
    #expect(all.parts.map(\.isOfSearch) == [true, false] && all.trialCount == 2 && all.count == 4)
    #expect(all.lostSeconds == 0.5)
  }
}
