import Distillation
import Foundation
import RandomStreams
import Statistics

/// How long trainings take in a simulation, in seconds.
///
/// With a journal that has at least four flash results, log seconds follow a line over log MACs through them, and
/// students scatter around it as they do there. Without, flash trainings scatter around their mean whatever the
/// student. Scatter is log-normal and belongs to the trial: the same whenever it is asked for.
package struct SimulatedTimes {
  /// Where flash trainings that end at the study's own fraction take their time from.
  private enum Source {
    /// log seconds over log MACs, and what is added to them.
    case line(LineFit, shift: Double)
    /// The mean, in seconds.
    case mean(Double)
  }

  private let source: Source
  /// The standard deviation of log seconds around the source.
  let spread: Double
  /// What a full training takes, in flash trainings of the same student; of those with a chain before them, the mean
  /// of all the trainings that they are.
  let fullFactor: Double
  /// Whether the times follow the study's own.
  let isFromJournal: Bool
  private let seed: UInt64

  private static let fewestResults = 4

  /// Nil where nothing says how long a training takes.
  package init?(_ definition: StudyDefinition, _ state: StudyState, _ settings: SimulationSettings)
  {
    let results = SimulatedTimes.flashResults(definition, state)
    let mean = results.map { exp($0.logSeconds) }.reduce(0, +) / Double(max(1, results.count))
    if results.count >= SimulatedTimes.fewestResults, settings.spread == nil {
      let line = LineFit(
        of: results.map(\.logSeconds), on: results.map(\.logMACs), leastSlope: 0)
      source = .line(line, shift: settings.meanTrialSeconds.map { log($0 / mean) } ?? 0)
      spread = line.residualDeviation
    } else if let wanted = settings.meanTrialSeconds ?? (results.isEmpty ? nil : mean) {
      source = .mean(wanted)
      spread = settings.spread ?? SimulationSettings.usualSpread
    } else {
      return nil
    }
    isFromJournal = !results.isEmpty && settings.meanTrialSeconds == nil
    seed = definition.seed
    fullFactor =
      settings.fullSeconds.map { $0 / (settings.meanTrialSeconds ?? mean) }
      ?? SimulatedTimes.fullFactor(state, flashMean: mean) ?? 1 / definition.flash.fraction
  }

  /// What the flash trainings of a journal took that came to their end, as one training at the study's own
  /// fraction.
  private static func flashResults(
    _ definition: StudyDefinition, _ state: StudyState
  ) -> [(logMACs: Double, logSeconds: Double)] {
    state.ownTrials.compactMap { trial in
      guard let result = trial.result, result.outcome == .measured, result.seconds > 0 else {
        return nil
      }
      let trainings = Double(1 + (result.repeats?.count ?? 0))
      let share = (result.fraction ?? definition.flash.fraction) / definition.flash.fraction
      return (
        log(Double(max(1, trial.costs.macs))), log(result.seconds / (trainings * share))
      )
    }
  }

  /// The mean of a journal's full trainings, in flash trainings; nil without both.
  private static func fullFactor(_ state: StudyState, flashMean: Double) -> Double? {
    let seconds = state.distilled.filter { $0.outcome == .measured && $0.source == nil }
      .map { $0.seconds / Double(1 + ($0.chain?.count ?? 0)) }
    guard !seconds.isEmpty, flashMean > 0 else { return nil }
    return seconds.reduce(0, +) / Double(seconds.count) / flashMean
  }

  /// Returns what one flash training of a student takes at the study's own fraction.
  ///
  /// - Parameter trial: The trial; another number for what is of no trial.
  package func flashSeconds(macs: Int, trial: Int) -> Double {
    var random = RandomStream(seed: seed, purpose: "simulated times", trial)
    let scatter = spread * random.normal()
    switch source {
    case .line(let line, let shift):
      return exp(line.prediction(at: log(Double(max(1, macs)))).output + shift + scatter)
    case .mean(let mean):
      // The mean of the log-normal distribution, not its median.
      return mean * exp(scatter - spread * spread / 2)
    }
  }
}
