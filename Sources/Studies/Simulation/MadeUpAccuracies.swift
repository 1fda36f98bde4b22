import Distillation
import Foundation
import RandomStreams
import SearchSpaces

/// What students come to in a simulation: made up, but as real ones behave.
///
/// A student's error rate after a full training is
///
///     log e = log(1.2 · e_teacher) − 0.15 · (log MACs − log MACs of the costliest seen) + Σ d + s + r
///
/// d: an effect of each decision's value, s: of the student, both normal with a deviation of 0.03; r: of the
/// training's seed, with one of 0.025 (`FlashNoise`). After a training of a fraction f it is e^(1 − 0.4 · extent),
/// extent being log(1/f) in units of that of 5 %: students keep their order but for the noise, as far as chance
/// lets them (`FullAccuracyProjection`). Without the teacher errors are 5 % larger. None is beyond guessing.
///
/// Where the study's journal has the result of a student, that is its result.
package struct MadeUpAccuracies {
  private let space: SearchSpace
  private let seed: UInt64
  private let classes: Int
  private let logTeacherError: Double
  private let logLargestMACs: Double
  private let known: KnownResults
  /// By parameter and choice.
  private let effects: [[Double]]

  private static let macsSlope = -0.15
  private static let effectDeviation = 0.03
  private static let seedDeviation = 0.025
  private static let aboveTeacher = 1.2
  private static let withoutTeacher = 1.05

  /// - Parameters:
  ///   - largestMACs: The MACs of a costly student.
  ///   - flashFraction: The study's own.
  ///   - state: The study as it is, with the results that it has.
  init(
    space: SearchSpace, seed: UInt64, classes: Int, teacherAccuracy: Double, largestMACs: Int,
    flashFraction: Double, _ state: StudyState
  ) {
    (self.space, self.seed, self.classes) = (space, seed, classes)
    effects = space.parameters.enumerated().map { index, parameter in
      parameter.values.indices.map { choice in
        var stream = RandomStream(seed: seed, purpose: "made-up decisions", index, choice)
        return MadeUpAccuracies.effectDeviation * stream.normal()
      }
    }
    logTeacherError = log(max(1e-3, 1 - teacherAccuracy))
    logLargestMACs = log(Double(max(1, largestMACs)))
    known = KnownResults(state, flashFraction: flashFraction)
  }

  /// Returns what a training comes to on a split of `count` images.
  ///
  /// - Parameters:
  ///   - macs: Of the student.
  ///   - fraction: Of the full training, above 0, at most 1.
  ///   - repetition: Which seed.
  ///   - count: The images of the split.
  ///   - isTest: Whether it is the test split, of which only the noise is another.
  func evaluation(
    of key: String, macs: Int, fraction: Double, repetition: Int, isBaseline: Bool = false,
    count: Int, isTest: Bool = false
  ) throws -> Evaluation {
    if !isTest,
      let known = known.evaluation(
        of: key, fraction: fraction, repetition: repetition, isBaseline: isBaseline)
    {
      return known
    }
    let architecture = try space.architecture(key: key)
    let identity = architecture.choices.reduce(17) { $0 &* 31 &+ $1 }
    var own = RandomStream(seed: seed, purpose: "made-up students", identity)
    var training = RandomStream(
      seed: seed, purpose: "made-up trainings", identity, repetition, isBaseline ? 1 : 0,
      Int(1e6 * fraction), isTest ? 1 : 0)
    let scatter =
      zip(effects, architecture.choices).reduce(0) { $0 + $1.0[$1.1] }
      + MadeUpAccuracies.effectDeviation * own.normal()
      + MadeUpAccuracies.seedDeviation * training.normal()
    let full =
      logTeacherError + log(MadeUpAccuracies.aboveTeacher)
      + MadeUpAccuracies.macsSlope * (log(Double(max(1, macs))) - logLargestMACs) + scatter
      + (isBaseline ? log(MadeUpAccuracies.withoutTeacher) : 0)
    let extent = log(1 / fraction) / log(20)
    let guessing = 1 - 1 / Double(classes)
    let error = min(guessing, exp(min(0, full) * max(0, 1 - 0.4 * extent)))
    let correct = min(count, max(0, Int((Double(count) * (1 - error)).rounded())))
    return Evaluation(
      count: count, correct: correct, negativeLogLikelihood: -log(max(1e-3, 1 - error)))
  }
}

/// The results that a study's journal has, on the validation split, by student.
private struct KnownResults {
  private var flash: [String: Evaluation] = [:]
  private var full: [Training: Evaluation] = [:]

  private struct Training: Hashable {
    let key: String
    let repetition: Int
    let isBaseline: Bool
  }

  private let flashFraction: Double

  init(_ state: StudyState, flashFraction: Double) {
    self.flashFraction = flashFraction
    for trial in state.ownTrials where trial.flashAccuracy != nil && trial.result?.fraction == nil {
      flash[trial.key] = trial.result?.validation
    }
    for training in state.distilled {
      guard let validation = training.validation else { continue }
      let key = state.trials[training.trial].key
      full[Training(key: key, repetition: training.repetition, isBaseline: training.isBaseline)] =
        validation
    }
  }

  /// Nil where there is none.
  func evaluation(
    of key: String, fraction: Double, repetition: Int, isBaseline: Bool
  ) -> Evaluation? {
    if fraction == 1 {
      return full[Training(key: key, repetition: repetition, isBaseline: isBaseline)]
    }
    return fraction == flashFraction && repetition == 0 ? flash[key] : nil
  }
}
