import Testing

@testable import Studies

@Suite("flash accuracies at two fractions")
struct FlashScaleTests {
  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }

  /// Four students with both accuracies, a fifth with the study's own alone, a sixth of the raised one.
  private func state(_ rescored: [Int?] = [600, 650, 680, 760], raised: Bool = true) -> StudyState {
    let own = [500, 550, 600, 650, 450]
    var events = own.indices.map { MadeUp.proposed($0, macs: 5 + $0) }
    events += own.indices.map { MadeUp.finished($0, own[$0]) }
    events += rescored.indices.map { MadeUp.rescored($0, rescored[$0]) }
    events.append(MadeUp.audited(0, 1, 2, 3, raisedTo: raised ? 0.1 : nil))
    events.append(MadeUp.proposed(5, macs: 9))
    events.append(
      .finished(
        JournalEvent.Finished(
          trial: 5, outcome: .measured, validation: MadeUp.evaluation(777), seconds: 1, steps: 20,
          fraction: raised ? 0.1 : nil)))
    return MadeUp.state(events)
  }

  @Test("are one scale by a line through those that have both, from four on")
  func line() throws {
    let state = state()
    let scale = FlashScale(state)
    func estimate(_ trial: Int) throws -> FlashEstimate {
      try #require(scale.measured(state.trials[trial]))
    }
    // Who has both has the raised one; who was proposed after it, too.
    #expect(close(try estimate(2).accuracy, 0.68))
    #expect(close(try estimate(5).accuracy, 0.777))
    let line = try #require(
      AccuracyLine([(0.5, 0.6), (0.55, 0.65), (0.6, 0.68), (0.65, 0.76)]))
    let expected = line.prediction(at: 0.45)
    // By hand: the slope is 0.01275/0.0125 = 1.02, so 0.6725 − 1.02 · 0.125.
    #expect(close(expected.accuracy, 0.545))
    let fifth = try estimate(4)
    #expect(close(fifth.accuracy, expected.accuracy))
    #expect(close(fifth.standardError, expected.standardError))
  }

  @Test("are one scale by the mean difference where there are two or three pairs")
  func shift() throws {
    // Differences of 100, 80 and 120: 100 ± 20.
    let state = state([600, 630, 720])
    let fifth = try #require(FlashScale(state).measured(state.trials[4]))
    #expect(close(fifth.accuracy, 0.55) && close(fifth.standardError, 0.02))
    #expect(FlashComparison([(0.5, 0.6)]) == nil && FlashComparison([]) == nil)
    #expect(FlashComparison([(0.5, 0.6), (0.6, 0.7)]) != nil)
  }

  @Test("lie in 0…1")
  func bounds() throws {
    let exact = try #require(
      FlashComparison([(0.5, 0.6), (0.55, 0.65), (0.6, 0.7), (0.65, 0.75)]))
    let middle = exact.prediction(at: FlashEstimate(accuracy: 0.4, standardError: 0))
    #expect(close(middle.accuracy, 0.5) && middle.standardError < 1e-9)
    let high = exact.prediction(at: FlashEstimate(accuracy: 0.99, standardError: 0))
    #expect(high.accuracy == 1)
    let shift = try #require(FlashComparison([(0.5, 0.6), (0.6, 0.7)]))
    let top = shift.prediction(at: FlashEstimate(accuracy: 0.95, standardError: 0))
    #expect(top.accuracy == 1)
  }

  @Test("add the error of what is itself a prediction")
  func stopped() throws {
    let scale = FlashScale(state([600, 630, 720]))
    let end = FlashEstimate(accuracy: 0.4, standardError: 0.03)
    let old = scale.predicted(end, fraction: nil)
    #expect(close(old.accuracy, 0.5))
    // The shift's deviation, the rung's error, and the seed's: 0.6 · 0.025.
    let squares = 0.02 * 0.02 + 0.03 * 0.03 + 0.015 * 0.015
    #expect(close(old.standardError, squares.squareRoot()))
    let new = scale.predicted(end, fraction: 0.1)
    #expect(new.accuracy == 0.4)
    #expect(close(new.standardError, (0.03 * 0.03 + 0.015 * 0.015).squareRoot()))
  }

  @Test("stay as they are where nothing was raised")
  func plain() throws {
    let state = state(raised: false)
    let scale = FlashScale(state)
    for trial in state.trials {
      let estimate = try #require(scale.measured(trial))
      let accuracy = try #require(trial.flashAccuracy)
      #expect(close(estimate.accuracy, accuracy))
      #expect(close(estimate.standardError, 0.025 * (1 - accuracy)))
    }
    let failed = MadeUp.state([MadeUp.proposed(0, macs: 5), MadeUp.finished(0, nil)])
    #expect(FlashScale(failed).measured(failed.trials[0]) == nil)
  }
}

extension FlashScale {
  /// The scale of a study all of whose repeats tell the noise.
  init(_ state: StudyState) { self.init(state, noise: FlashRecord(state.trials[...]).noise) }
}
