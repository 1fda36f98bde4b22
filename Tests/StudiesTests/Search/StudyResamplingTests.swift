import Comparisons
import Distillation
import RandomStreams
import Testing

@testable import Studies

@Suite("resampled results of a study")
struct StudyResamplingTests {
  private static let images = 4000

  /// A full training that is wrong on the images of which `isWrong` says so.
  private func trained(
    _ trial: Int, repetition: Int = 0, hasAnswers: Bool = true, isWrong: (Int) -> Bool
  ) -> JournalEvent {
    let right = (0..<Self.images).map { !isWrong($0) }
    let evaluation = MadeUp.evaluation(right.count { $0 }, of: Self.images)
    let outcome = SplitOutcome(
      correctImages: ImageBits(right), metrics: MadeUp.outcome.metrics)
    return .distilled(
      JournalEvent.Distilled(
        trial: trial, repetition: repetition, isBaseline: false, outcome: .measured,
        validation: evaluation, test: nil, validationOutcome: hasAnswers ? outcome : nil,
        seconds: 1, steps: 1))
  }

  private func state(_ trainings: [JournalEvent]) -> StudyState {
    MadeUp.state(
      [
        MadeUp.proposed(0, macs: 900), MadeUp.proposed(1, macs: 100), MadeUp.finished(0, 800),
        MadeUp.finished(1, 600), MadeUp.selected(0, 1),
      ] + trainings + [MadeUp.distilled(0, 700, isBaseline: true)])
  }

  private func resampling(
    _ state: StudyState, _ variation: ChoiceStability.Variation, seeds: Int = 1
  ) throws -> StudyResampling {
    StudyResampling(
      try StudyText.tiny.setting("finalists", "{\"count\": 2, \"seeds\": \(seeds)}").definition(),
      state, variation)
  }

  /// Right answers of a student's trainings in several resamples.
  private func draws(
    _ resampling: StudyResampling, _ trial: Int, count: Int = 300
  ) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: "resampling test")
    return (0..<count).map { _ in
      resampling.resampled(using: &random).distilled
        .filter { $0.trial == trial && !$0.isBaseline }
        .map { Double($0.validation?.correct ?? -1) }
    }
  }

  private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
  }

  /// 400 of 4000 wrong: a deviation of √(4000 · 0.1 · 0.9) = 19 right answers.
  @Test("have the chance of the images, the same for all students", arguments: [true, false])
  func images(hasAnswers: Bool) throws {
    let state = state([
      trained(0, hasAnswers: hasAnswers) { $0 % 10 == 0 },
      trained(1, hasAnswers: hasAnswers) { $0 % 10 == 0 },
    ])
    let resampling = try resampling(state, .images)
    #expect(resampling.isPaired == hasAnswers)
    let draws = draws(resampling, 0).map { $0[0] }
    let (mean, deviation) = moments(draws)
    // Of 300 draws the mean is known to 1.1, the deviation to 4 %.
    #expect(abs(mean - 3600) < 4.5 && abs(deviation - 18.97) < 3.2)
    // Students that answer alike stay alike; as if on other images they differ.
    let others = self.draws(resampling, 1).map { $0[0] }
    #expect((draws == others) == hasAnswers)
  }

  @Test("keep answers and their number together")
  func answers() throws {
    let resampling = try resampling(
      state([trained(0) { $0 % 7 == 0 }, trained(1) { $0 % 3 == 1 }]), .both)
    var random = RandomStream(seed: 1, purpose: "resampling test")
    let resampled = resampling.resampled(using: &random)
    for training in resampled.distilled where !training.isBaseline {
      #expect(training.validationOutcome?.correctImages.setCount == training.validation?.correct)
      #expect(training.validation?.count == Self.images)
    }
    // Nothing else has changed.
    #expect(
      resampled.distilled.filter(\.isBaseline) == resampling.state.distilled.filter(\.isBaseline))
    #expect(resampled.trials.map(\.costs) == resampling.state.trials.map(\.costs))
    #expect(resampled.finalists == resampling.state.finalists)
  }

  @Test("draw from a student's trainings, or vary a single one by what is usual")
  func seeds() throws {
    let twice = state([
      trained(0) { $0 % 10 == 0 }, trained(0, repetition: 1) { $0 % 8 == 0 },
      trained(1) { $0 % 10 == 0 },
    ])
    let known = try resampling(twice, .seeds, seeds: 2)
    #expect(!known.assumesTrainingDeviation && known.trainingDeviation > 0.01)
    let drawn = draws(known, 0)
    #expect(Set(drawn.flatMap { $0 }) == [3600, 3500])
    #expect(Set(drawn) == [[3600, 3500], [3500, 3600], [3600, 3600], [3500, 3500]])
    let once = try resampling(
      state([trained(0) { $0 % 10 == 0 }, trained(1) { $0 % 10 == 0 }]), .seeds)
    #expect(once.assumesTrainingDeviation)
    #expect(
      once.trainingDeviation == ChangeRule.assumedRunDeviation(accuracy: 0.9, images: 4000))
    // 0.3 points of 4000 images are 12; of 300 draws known to 4 %.
    let (mean, deviation) = moments(draws(once, 0).map { $0[0] })
    #expect(abs(mean - 3600) < 3 && abs(deviation - 12) < 2)
  }

  @Test("draw flash results as if each student had seen other images and seeds")
  func flash() throws {
    let state = state([trained(0) { $0 % 10 == 0 }, trained(1) { $0 % 10 == 0 }])
    func deviation(_ variation: ChoiceStability.Variation) throws -> Double {
      let resampling = try resampling(state, variation)
      var random = RandomStream(seed: 2, purpose: "resampling test")
      return moments(
        (0..<300).map { _ in
          Double(
            resampling.resampled(using: &random).trials[0].result?.validation?.correct ?? -1)
        }
      ).deviation
    }
    // 800 of 1000: √(1000 · 0.8 · 0.2) = 12.6 by images; by seeds 2.5 % of 200 errors, 5; both 13.6.
    #expect(abs(try deviation(.images) - 12.6) < 2.2)
    #expect(abs(try deviation(.seeds) - 5) < 1)
    #expect(abs(try deviation(.both) - 13.6) < 2.4)
  }
}
