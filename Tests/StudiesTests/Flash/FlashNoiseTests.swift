import Foundation
import Testing

@testable import Studies

@Suite("the noise of flash accuracies")
struct FlashNoiseTests {
  @Test("is what is usual until students were repeated, then what they say")
  func deviation() {
    #expect(abs(FlashNoise([]).logErrorDeviation - 0.025) < 1e-12)
    let (half, none) = (
      (MadeUp.evaluation(800), MadeUp.evaluation(900)),
      (MadeUp.evaluation(800), MadeUp.evaluation(800))
    )
    // One difference may be what the second seed does to all; two of log 2 and 0 deviate by half of it.
    #expect(abs(FlashNoise([half]).logErrorDeviation - 0.025) < 1e-12)
    let two = FlashNoise([half, none]).logErrorDeviation
    let square = (4 * 0.025 * 0.025 + 2 * pow(0.5 * log(2), 2) / 2) / 5
    #expect(abs(two - square.squareRoot()) < 1e-12)
    #expect(
      abs(FlashNoise([half, half, half]).logErrorDeviation - 0.025 * (4 / 6.0).squareRoot()) < 1e-12
    )
    let many = FlashNoise(Array(repeating: none, count: 97))
    #expect(abs(many.logErrorDeviation - 0.005) < 1e-12)
  }

  @Test("is read from the repeats in the journal")
  func journal() throws {
    var events = [MadeUp.proposed(0, macs: 5), MadeUp.proposed(1, macs: 6)]
    for (trial, again) in [(0, 900), (1, 850)] {
      events.append(
        .finished(
          JournalEvent.Finished(
            trial: trial, outcome: .measured, validation: MadeUp.evaluation(800), seconds: 1,
            steps: 20, repeats: [MadeUp.evaluation(again)])))
    }
    let state = MadeUp.state(events)
    let noise = FlashNoise([
      (MadeUp.evaluation(800), MadeUp.evaluation(900)),
      (MadeUp.evaluation(800), MadeUp.evaluation(850)),
    ])
    #expect(FlashRecord(state.trials[...]).noise == noise && noise != FlashNoise([]))
    // The repeat tells the noise; the value stays the one that all students' first seed gave.
    let first = try #require(FlashScale(state).measured(state.trials[0]))
    #expect(abs(first.accuracy - 0.8) < 1e-12)
    #expect(abs(first.standardError - 0.2 * noise.logErrorDeviation) < 1e-12)
  }

  @Test("of a student without errors is a number")
  func perfect() {
    let estimate = FlashNoise([]).estimate([MadeUp.evaluation(1000)])
    #expect(estimate.accuracy > 0.999 && estimate.standardError > 0)
  }
}
