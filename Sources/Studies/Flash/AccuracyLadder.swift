import Distillation
import HardwareProfiles

/// How good is a student? What short trainings say of the accuracy after the full one, step by step.
///
/// A student stands on one of these steps, by what is known of it. Each leads to the next and adds its own
/// doubt; e is an error rate, 1 − accuracy.
///
/// 1. **At a rung.** The training was stopped on its way. The end follows from a line through trainings of the
///    same length that were not (`AccuracyLine`):
///
///        end = mean end + slope · (rung − mean rung)
///
/// 2. **At the end of flash.** Measured, or what step 1 says. Another seed would have given something else:
///    log e has a standard deviation over seeds, learnt from the students that were trained twice
///    (`FlashNoise`).
/// 3. **On the present scale.** Where the audit has raised the flash fraction, results at the study's own
///    fraction are carried over by a line through the students that have both (`FlashScale`).
/// 4. **After the full training.** A short training undervalues what learns slowly (`FullAccuracyProjection`):
///
///        log e_full = a + b · log e_flash + c · (log MACs − 13) + d · (log depth − 2.4)
///
///    with coefficients that the study's own full results correct.
/// 5. **Measured in full.** The mean over the repetitions, whose error is that of step 2 divided by their
///    number's square root.
///
/// The search, the choice of finalists, the audit, the report and the benchmark of flash recipes all ask here.
/// Depends on the journal alone.
package struct AccuracyLadder {
  private let seeds: Int
  private let noise: FlashNoise
  private let rungs: RungPredictions
  private let scale: FlashScale
  private var projection: FullAccuracyProjection

  /// Takes a study's results.
  ///
  /// - Parameters:
  ///   - known: The trials that may be used for steps 1 and 2; nil for all.
  ///   - learning: Whether the full results that the study has correct step 4; without, it does not know what
  ///     it is compared with.
  package init(
    _ definition: StudyDefinition, _ state: StudyState,
    known: ArraySlice<StudyState.Trial>? = nil, learning: Bool = true
  ) {
    let known = known ?? state.trials[...]
    self.init(definition, state, known: known, FlashRecord(known), learning: learning)
  }

  /// As the other initialiser, where it is known already what `known` says of steps 1 and 2.
  init(
    _ definition: StudyDefinition, _ state: StudyState, known: ArraySlice<StudyState.Trial>,
    _ record: FlashRecord, learning: Bool = true
  ) {
    precondition(
      record.count == known.count, "a record of \(record.count) of \(known.count) trials")
    seeds = definition.finalists.seeds
    noise = record.noise
    rungs = record.rungs
    scale = FlashScale(state, noise: noise)
    projection = FullAccuracyProjection(
      fraction: state.raisedFraction ?? definition.flash.fraction)
    for number in learning ? state.fullTrials : [] {
      let trial = state.trials[number]
      let full = state.fullValidations(of: number, seeds: seeds)
      guard trial.flashAccuracy != nil, let flash = onPresentScale(trial), !full.isEmpty else {
        continue
      }
      learn(flash: flash, full: full.meanAccuracy, costs: trial.costs)
    }
    if learning { learnEarlierTrainings(state, known) }
  }

  /// Corrects step 4 by full trainings of earlier studies that hold here, of students whose flash results hold
  /// here too or that have been tried here, whether anybody has chosen them or not.
  private mutating func learnEarlierTrainings(
    _ state: StudyState, _ known: ArraySlice<StudyState.Trial>
  ) {
    guard let imported = state.imported, !imported.trainedKeys.isEmpty else { return }
    let learnt = Set(state.fullTrials)
    for trial in known where !learnt.contains(trial.number) && trial.flashAccuracy != nil {
      let full = state.carriedValidations(of: trial.key, seeds: seeds)
      guard !full.isEmpty, let flash = onPresentScale(trial) else { continue }
      learn(flash: flash, full: full.meanAccuracy, costs: trial.costs)
    }
    for (result, _) in imported.carriedResults where !result.isFeasible {
      let full = state.carriedValidations(of: result.key, seeds: seeds)
      guard !full.isEmpty else { continue }
      learn(
        flash: scale.measured(result.validation, fraction: nil), full: full.meanAccuracy,
        costs: result.costs)
    }
  }

  /// Begins without any result, for flash trainings of a fraction, 0…1, of the full one.
  package init(fraction: Double) {
    seeds = 1
    noise = FlashNoise([])
    rungs = RungPredictions([:])
    scale = FlashScale(noise: noise)
    projection = FullAccuracyProjection(fraction: fraction)
  }

  /// Corrects step 4 by a student whose full accuracy is known.
  package mutating func learn(flash: FlashEstimate, full: Double, costs: Costs) {
    projection.learn(flash: flash.accuracy, full: full, costs: costs)
  }

  /// Returns step 3 of a trial: what its flash training came to, or would have; nil if it gave no result.
  package func onPresentScale(_ trial: StudyState.Trial) -> FlashEstimate? {
    if let measured = scale.measured(trial) { return measured }
    return rungs.end(of: trial).map { scale.predicted($0, fraction: trial.result?.fraction) }
  }

  /// Returns step 4 of a trial; nil if its flash training gave no result.
  package func afterFullTraining(_ trial: StudyState.Trial) -> FlashEstimate? {
    onPresentScale(trial).map { afterFullTraining($0, costs: trial.costs) }
  }

  /// Returns step 4 of an earlier study's result that holds here too.
  package func afterFullTraining(_ carried: JournalEvent.Imported.Carried) -> FlashEstimate {
    afterFullTraining(
      scale.measured(carried.validation, fraction: nil), costs: carried.costs)
  }

  /// Returns step 4 of what stands on step 3.
  package func afterFullTraining(_ flash: FlashEstimate, costs: Costs) -> FlashEstimate {
    projection.projected(flash, costs: costs)
  }

  /// Returns step 5 of a trial; nil if it has no full result.
  package func measuredInFull(_ trial: Int, _ state: StudyState) -> FlashEstimate? {
    measured(state.fullValidations(of: trial, seeds: seeds))
  }

  /// Returns step 5 of a trial by the full trainings of earlier studies that hold here; nil if there are none.
  func measuredInFullBefore(_ trial: Int, _ state: StudyState) -> FlashEstimate? {
    measured(state.carriedValidations(of: state.trials[trial].key, seeds: seeds))
  }

  private func measured(_ evaluations: [Evaluation]) -> FlashEstimate? {
    guard !evaluations.isEmpty else { return nil }
    let accuracy = evaluations.meanAccuracy
    return FlashEstimate(
      accuracy: accuracy,
      standardError: noise.standardError(accuracy) / Double(evaluations.count).squareRoot())
  }
}
