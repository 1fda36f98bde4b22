import Testing

@testable import Studies

@Suite("the selection of finalists")
struct FinalistSelectionTests {
  /// Chooses from trials given as right answers of 1000 (nil: diverged) and MACs.
  private func chosen(_ count: Int, from trials: [(correct: Int?, macs: Int)]) throws -> [Int] {
    let definition = try StudyText.tiny.setting("finalists", "{\"count\": \(count)}").definition()
    let proposals = trials.enumerated().map { MadeUp.proposed($0, macs: $1.macs) }
    let results = trials.enumerated().map { MadeUp.finished($0, $1.correct) }
    return FinalistSelection(definition: definition).trials(MadeUp.state(proposals + results))
  }

  @Test("takes the front first, numbers ascending")
  func front() throws {
    #expect(
      try chosen(
        3, from: [(700, 400), (800, 300), (900, 400), (750, 350), (650, 100), (890, 500)])
        == [1, 2, 4])
  }

  @Test("goes on with what only the front dominates")
  func secondRank() throws {
    // 0 and 1 are the front, 2 is behind 0 alone, 3 behind 2 as well.
    #expect(try chosen(3, from: [(900, 400), (600, 100), (880, 410), (870, 420)]) == [0, 1, 2])
  }

  @Test("spreads over a front that is too large, rather than taking neighbours")
  func spreads() throws {
    // Five neighbours at the costly end, one in the middle, one at the cheap end.
    let trials: [(Int?, Int)] = [
      (900, 1000), (899, 998), (898, 996), (897, 994), (896, 992), (800, 500), (500, 100),
    ]
    let three = try chosen(3, from: trials)
    #expect(three.contains(5) && three.contains(6))
    #expect(three.count == 3)
  }

  @Test("never takes trials that diverged, crashed or are not done")
  func onlyMeasured() throws {
    #expect(try chosen(3, from: [(nil, 10), (800, 300), (nil, 20), (700, 200)]) == [1, 3])
    #expect(try chosen(2, from: [(nil, 10), (nil, 20)]) == [])
    let definition = try StudyText.tiny.definition()
    #expect(
      FinalistSelection(definition: definition)
        .trials(MadeUp.state([MadeUp.proposed(0, macs: 5)])) == [])
  }

  @Test("takes equal students by their numbers")
  func equal() throws {
    #expect(try chosen(2, from: [(800, 300), (800, 300), (800, 300)]) == [0, 1])
  }

  @Test("minds every objective")
  func objectives() throws {
    let definition = try StudyText.tiny.setting("minimize", "[\"macs\", \"latency_ms\"]")
      .setting("hardware", "\"device.json\"").definition()
    let state = MadeUp.state([
      MadeUp.proposed(0, macs: 100, latency: 5), MadeUp.proposed(1, macs: 200, latency: 1),
      MadeUp.proposed(2, macs: 201, latency: 5), MadeUp.finished(0, 800), MadeUp.finished(1, 790),
      MadeUp.finished(2, 795),
    ])
    // By MACs alone, 1 would be behind 0; 2 is behind 0 either way.
    #expect(FinalistSelection(definition: definition).trials(state) == [0, 1])
  }
}
