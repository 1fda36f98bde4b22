import Foundation
import Testing

@testable import Studies

@Suite("the noise of flash accuracies")
struct FlashNoiseTests {
  @Test("is what is usual until students were repeated, then what they say")
  func deviation() {
    #expect(abs(FlashNoise([]).logErrorDeviation - 0.025) < 1e-12)
    // By hand: (4 · 0.025² + (log 0.2 − log 0.1)²/2) / 5.
    let one = FlashNoise([(MadeUp.evaluation(800), MadeUp.evaluation(900))])
    let square = (4 * 0.025 * 0.025 + 0.5 * log(2) * log(2)) / 5
    #expect(abs(one.logErrorDeviation - square.squareRoot()) < 1e-12)
    let many = FlashNoise(
      Array(repeating: (MadeUp.evaluation(800), MadeUp.evaluation(800)), count: 96))
    #expect(abs(many.logErrorDeviation - 0.005) < 1e-12)
  }

  @Test("is read from the repeats in the journal")
  func journal() throws {
    var events = [MadeUp.proposed(0, macs: 5), MadeUp.proposed(1, macs: 6)]
    for (trial, again) in [(0, 900), (1, nil)] {
      events.append(
        .finished(
          JournalEvent.Finished(
            trial: trial, outcome: .measured, validation: MadeUp.evaluation(800), seconds: 1,
            steps: 20, repeats: again.map { [MadeUp.evaluation($0)] })))
    }
    let state = MadeUp.state(events)
    #expect(
      FlashNoise(state.trials[...])
        == FlashNoise([(MadeUp.evaluation(800), MadeUp.evaluation(900))]))
    // The mean of the logarithms of the errors: √(0.2 · 0.1); twice trained, √2 times better known.
    let scale = FlashScale(state)
    let twice = try #require(scale.estimate(of: state.trials[0]))
    let once = try #require(scale.estimate(of: state.trials[1]))
    #expect(abs(twice.accuracy - (1 - (0.2 * 0.1).squareRoot())) < 1e-12)
    #expect(abs(once.accuracy - 0.8) < 1e-12)
    let (a, b) = (
      twice.standardError / (1 - twice.accuracy), once.standardError / (1 - once.accuracy)
    )
    #expect(abs(a * 2.0.squareRoot() - b) < 1e-12)
  }

  @Test("of a student without errors is a number")
  func perfect() {
    let estimate = FlashNoise([]).estimate([MadeUp.evaluation(1000)])
    #expect(estimate.accuracy > 0.999 && estimate.standardError > 0)
  }
}
