import Comparisons
import Distillation
import Foundation
import RandomStreams

/// A study's results as they would have been with other validation images, other seeds, or both.
///
/// - Full trainings, images: the images of the split are drawn with replacement, the same for all, where the journal says which each
///   training classifies rightly; else the number of right answers is drawn as if each had seen other images.
/// - Full trainings, seeds: a student's trainings are drawn with replacement. A single one is varied by the standard deviation
///   between trainings of one student: that of the study's, or what is usual (`ChangeRule`).
/// - Flash trainings: of these only numbers of right answers are kept. Images: binomial, as if each student had seen others, so
///   that the choice looks less sure than on common images. Seeds: `FlashNoise`.
///
/// Students, costs, what the audit has decided and baselines stay as they are.
struct StudyResampling {
  let state: StudyState
  let variation: ChoiceStability.Variation
  /// Whether full trainings are resampled image by image.
  let isPaired: Bool
  /// The standard deviation of the accuracy from training to training of one student.
  let trainingDeviation: Double
  /// Whether that is not the study's own.
  let assumesTrainingDeviation: Bool
  private let seeds: Int
  private let flashNoise: FlashNoise
  /// Images of the validation split.
  private let images: Int

  init(_ definition: StudyDefinition, _ state: StudyState, _ variation: ChoiceStability.Variation) {
    (self.state, self.variation) = (state, variation)
    seeds = definition.finalists.seeds
    flashNoise = FlashRecord(state.trials[...]).noise
    let trained = state.distilled.filter { !$0.isBaseline && $0.validation != nil }
    images = trained.first?.validation?.count ?? 0
    isPaired = trained.allSatisfy { [images] in
      $0.validation?.count == images && $0.answers != nil
    }
    let noise = StudyResults(definition, state).students.validationNoise
    assumesTrainingDeviation = noise == nil
    trainingDeviation =
      noise?.runVariance.squareRoot()
      ?? trained.first?.validation.map {
        ChangeRule.assumedRunDeviation(accuracy: $0.accuracy, images: $0.count)
      } ?? 0
  }

  /// Returns the study with other results.
  func resampled(using random: inout RandomStream) -> StudyState {
    var resampled = state
    for index in resampled.trials.indices {
      guard let flash = resampled.trials[index].result?.validation,
        resampled.trials[index].flashAccuracy != nil
      else { continue }
      resampled.trials[index].result?.validation = flashResult(flash, &random)
    }
    let drawn =
      variation.hasImages && isPaired
      ? (0..<images).map { _ in random.integer(below: images) } : nil
    for (index, source) in sources(&random) {
      var training = state.distilled[source]
      if variation.hasSeeds && repetitions(of: training.trial).count == 1 {
        training.shift(by: trainingDeviation * random.normal(), using: &random)
      }
      if let drawn {
        training.draw(drawn)
      } else if variation.hasImages, let validation = training.validation {
        training.count(Self.binomial(validation.accuracy, of: validation.count, &random))
      }
      resampled.distilled[index].validation = training.validation
      resampled.distilled[index].validationOutcome = training.validationOutcome
    }
    return resampled
  }

  /// Returns what the full training of a student comes to that was not done, by what flash predicts of it.
  ///
  /// - Returns: One evaluation for each repetition.
  func imagined(_ estimate: FlashEstimate, using random: inout RandomStream) -> [Evaluation] {
    let mean = estimate.accuracy + estimate.standardError * random.normal()
    return (0..<seeds).map { _ in
      let training = variation.hasSeeds ? trainingDeviation * random.normal() : 0
      let accuracy = min(1, max(0, mean + training))
      let correct =
        variation.hasImages
        ? Self.binomial(accuracy, of: images, &random)
        : Int((accuracy * Double(images)).rounded())
      return Evaluation(count: images, correct: correct, negativeLogLikelihood: 0)
    }
  }

  private func flashResult(_ flash: Evaluation, _ random: inout RandomStream) -> Evaluation {
    var accuracy = flash.accuracy
    if variation.hasSeeds {
      accuracy = 1 - min(1, (1 - accuracy) * exp(flashNoise.logErrorDeviation * random.normal()))
    }
    let correct =
      variation.hasImages
      ? Self.binomial(accuracy, of: flash.count, &random)
      : Int((accuracy * Double(flash.count)).rounded())
    return Evaluation(
      count: flash.count, correct: correct, negativeLogLikelihood: flash.negativeLogLikelihood)
  }

  /// The places of a student's full trainings with the teacher that ended well.
  private func repetitions(of trial: Int) -> [Int] {
    state.distilled.indices.filter {
      let training = state.distilled[$0]
      return training.trial == trial && !training.isBaseline && training.repetition < seeds
        && training.validation != nil
    }
  }

  /// For each full training that ended well, by its place, the one that stands for it.
  private func sources(_ random: inout RandomStream) -> [(index: Int, source: Int)] {
    var trials: [Int] = []
    for training in state.distilled where !trials.contains(training.trial) {
      trials.append(training.trial)
    }
    return trials.flatMap { trial in
      let known = repetitions(of: trial)
      return known.map { index in
        (index, variation.hasSeeds ? known[random.integer(below: known.count)] : index)
      }
    }
  }

  /// Returns how many of `count` are right, by the normal approximation.
  static func binomial(
    _ probability: Double, of count: Int, _ random: inout RandomStream
  ) -> Int {
    let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
    let drawn = Double(count) * probability + deviation * random.normal()
    return min(count, max(0, Int(drawn.rounded())))
  }
}

extension JournalEvent.Distilled {
  /// For each validation image whether it is classified rightly; nil where the journal does not say.
  fileprivate var answers: [Bool]? {
    guard let validation, let bits = validationOutcome?.correctImages,
      bits.bytes.count == (validation.count + 7) / 8, bits.setCount == validation.correct
    else { return nil }
    return (0..<validation.count).map { bits[$0] }
  }

  private mutating func take(_ answers: [Bool]) {
    validationOutcome?.correctImages = ImageBits(answers)
    count(answers.count { $0 })
  }

  /// Sets the number of right answers; where it is not the number of those that are marked, they are taken for unknown.
  fileprivate mutating func count(_ correct: Int) {
    guard let validation else { return }
    self.validation = Evaluation(
      count: validation.count, correct: correct,
      negativeLogLikelihood: validation.negativeLogLikelihood)
  }

  /// Replaces the images by others of the same split, which may repeat.
  fileprivate mutating func draw(_ images: [Int]) {
    guard let answers else { return }
    take(images.map { answers[$0] })
  }

  /// Changes the accuracy: as many images as that are answered otherwise.
  fileprivate mutating func shift(by accuracy: Double, using random: inout RandomStream) {
    guard let validation else { return }
    let wanted = Int((accuracy * Double(validation.count)).rounded())
    let change = min(validation.count - validation.correct, max(-validation.correct, wanted))
    guard var answers else { return count(validation.correct + change) }
    var changeable = answers.indices.filter { answers[$0] != (change > 0) }
    for _ in 0..<abs(change) {
      let place = random.integer(below: changeable.count)
      answers[changeable[place]].toggle()
      changeable.swapAt(place, changeable.count - 1)
      changeable.removeLast()
    }
    take(answers)
  }
}
