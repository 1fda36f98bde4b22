import BayesianOptimization
import Comparisons
import FileFormats
import Foundation
import HardwareProfiles
import RandomStreams
import Synchronization
import TensorKernels

/// After a study: how often it would have chosen the same students, had chance been other.
///
/// Nothing is trained, and nothing that the study chooses depends on it. The same results and the same number of repetitions give
/// the same shares, whatever the number of threads.
public struct StabilityStage {
  let inputs: StudyInputs
  let context: StudyContext

  public static let usualRepetitions = 100

  public init(_ inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Checks that there are choices to repeat.
  ///
  /// - Throws: `StudyError.missing` before the full trainings of a study.
  public static func checkIsTrained(_ files: StudyFiles) throws {
    let folder = files.folder
    let state = try Journal.state(of: folder)
    guard state.finalists == nil || StudyResults(files.definition, state).students.isEmpty else {
      return
    }
    throw StudyError.missing(
      "\(folder.path): no student has had its full training: run autodistill run \(folder.shellWord)"
    )
  }

  /// Repeats the choices, and keeps what comes of it in the study's folder.
  ///
  /// - Throws: `StudyError.missing` before the full trainings have ended; `StudyError.interrupted` and
  ///   `limitReached`.
  public func run(
    repetitions: Int, varying variation: ChoiceStability.Variation
  ) throws -> ChoiceStability {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let state = try Journal.state(of: inputs.folder)
    try inputs.check(against: state)
    let calibrated = inputs.calibrated(by: state)
    let definition = calibrated.definition
    let results = StudyResults(definition, state)
    try Self.checkIsTrained(calibrated.files)
    let resampling = StudyResampling(definition, state, variation)
    let outcomes = try outcomes(calibrated, state, resampling, count: repetitions)
    let candidates = results.candidates(definition)
    let stability = ChoiceStability(
      evidence: ChoiceStability.evidence(definition, state), repetitions: repetitions,
      varied: variation, isPaired: resampling.isPaired,
      trainingDeviation: resampling.trainingDeviation,
      assumesTrainingDeviation: resampling.assumesTrainingDeviation,
      imagined: Double(outcomes.reduce(0) { $0 + $1.imagined }) / Double(repetitions),
      choices: candidates.indices.compactMap { place in
        ChoiceStability.Choice(
          candidates[place], outcomes.map { ($0.chosen[place], $0.best[place]) }, state,
          noise: results.students.validationNoise)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(
      try encoder.encode(stability) + Data("\n".utf8), to: inputs.folder.stability)
    return stability
  }

  /// Returns what each repetition chooses, in their order.
  private func outcomes(
    _ inputs: StudyInputs, _ state: StudyState, _ resampling: StudyResampling, count: Int
  ) throws -> [RepeatedChoice.Outcome] {
    let team = WorkerTeam(threadCount: max(1, min(context.threads, count)))
    let found = Mutex<(outcomes: [RepeatedChoice.Outcome?], error: (any Error)?)>(
      (Array(repeating: nil, count: count), nil))
    let context = context
    context.report(.stage("stability"))
    team.run { thread in
      let choice = RepeatedChoice(
        FinalistSelection(
          definition: inputs.definition, space: inputs.space,
          session: SearchSession(
            StudentPricing(inputs: inputs).problem(teacher: state.teacher))), resampling)
      for repetition in stride(from: thread, to: count, by: team.threadCount) {
        do {
          if found.withLock({ $0.error != nil }) { return }
          try context.checkCancelled()
          try context.checkLimits()
          var random = RandomStream(
            seed: inputs.definition.seed, purpose: "stability", repetition)
          let outcome = try choice.outcome(using: &random)
          let done = found.withLock { found in
            found.outcomes[repetition] = outcome
            return found.outcomes.count { $0 != nil }
          }
          context.report(.advance(done: Double(done), total: count, detail: "repetitions"))
        } catch {
          found.withLock { $0.error = $0.error ?? error }
          return
        }
      }
    }
    return try found.withLock { found in
      if let error = found.error { throw error }
      return found.outcomes.compactMap(\.self)
    }
  }
}

extension ChoiceStability.Choice {
  /// Counts what repetitions have chosen within a budget; nil where the study chooses nobody.
  fileprivate init?(
    _ candidates: (budget: Budget?, students: [StudyResults.Student]),
    _ outcomes: [(chosen: Int?, best: Int?)], _ state: StudyState, noise: TrainingNoise?
  ) {
    guard let student = candidates.students.mostAccurate else { return nil }
    func share(_ trial: Int?, of chosen: [Int?]) -> Double {
      Double(chosen.count { $0 == trial }) / Double(chosen.count)
    }
    let (chosen, best) = (outcomes.map(\.chosen), outcomes.map(\.best))
    let trials = Set(
      (chosen + best).compactMap(\.self) + [student.trial])
    let shares = trials.map { trial in
      ChoiceStability.Share(
        trial: trial, key: state.trials[trial].key, chosen: share(trial, of: chosen),
        best: share(trial, of: best))
    }
    let none = share(nil, of: chosen)
    self.init(
      budget: candidates.budget?.name, trial: student.trial,
      students: shares.sorted { ($1.chosen, $1.best, $0.trial) < ($0.chosen, $0.best, $1.trial) },
      none: none, entropyBits: ChoiceStability.entropyBits(of: shares.map(\.chosen) + [none]),
      runnerUp: ChoiceStability.RunnerUp(student, candidates.students, noise))
  }
}

extension ChoiceStability.RunnerUp {
  /// Compares a student with the most accurate of the others, on the validation images; nil where there is none.
  fileprivate init?(
    _ student: StudyResults.Student, _ students: [StudyResults.Student], _ noise: TrainingNoise?
  ) {
    guard let other = students.filter({ $0.trial != student.trial }).mostAccurate,
      let own = student.runs.measuredValidation, let next = other.runs.measuredValidation
    else { return nil }
    let difference = AccuracyDifference(own, next, noise: (noise, noise))
    self.init(
      trial: other.trial, difference: difference.value, low: difference.interval.lowerBound,
      high: difference.interval.upperBound, pValue: difference.pValue,
      test: difference.method.rawValue)
  }
}
