import Distillation
import HardwareProfiles

/// What the flash results of a study say of the full accuracies: the values that students are searched,
/// chosen and ranked by.
///
/// Each is the flash accuracy on the scale of the present fraction (`FlashScale`), with its noise
/// (`FlashNoise`), carried over to the full training (`FullAccuracyProjection`). Depends on the journal
/// alone.
struct FullAccuracyEstimates {
  private let scale: FlashScale
  private let projection: FullAccuracyProjection

  /// - Parameters:
  ///   - known: The trials whose repeats tell the noise; nil for all.
  ///   - learning: Whether the full results that the study has correct the projection; without, it does
  ///     not know what it is compared with.
  init(
    _ definition: StudyDefinition, _ state: StudyState,
    known: ArraySlice<StudyState.Trial>? = nil, learning: Bool = true
  ) {
    scale = FlashScale(state, known: known)
    var projection = FullAccuracyProjection(
      fraction: state.raisedFraction ?? definition.flash.fraction)
    for number in learning ? state.fullTrials : [] {
      let trial = state.trials[number]
      let full = (0..<definition.finalists.seeds).compactMap {
        state.distillation(of: number, repetition: $0, isBaseline: false)?.validation
      }
      guard let flash = scale.estimate(of: trial), !full.isEmpty else { continue }
      projection.learn(flash: flash.accuracy, full: full.meanAccuracy, costs: trial.costs)
    }
    self.projection = projection
  }

  /// Returns what a trial's flash training says; nil if it gave no result.
  func estimate(of trial: StudyState.Trial) -> FlashEstimate? {
    scale.estimate(of: trial).map { projection.projected($0, costs: trial.costs) }
  }

  /// Returns what an earlier study's result says that holds here too.
  func estimate(_ carried: JournalEvent.Imported.Carried) -> FlashEstimate {
    projection.projected(
      scale.estimate(carried.validation, fraction: nil), costs: carried.costs)
  }

  /// Returns what a prediction of a stopped trial's flash accuracy says.
  func estimate(_ prediction: FlashEstimate, of trial: StudyState.Trial) -> FlashEstimate {
    projection.projected(
      scale.estimate(prediction, fraction: trial.result?.fraction), costs: trial.costs)
  }

  /// Returns the standard error of a full accuracy that is the mean of so many trainings.
  func standardError(ofFull accuracy: Double, trainings: Int) -> Double {
    scale.standardError(ofFull: accuracy, trainings: trainings)
  }
}
