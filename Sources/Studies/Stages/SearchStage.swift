import BayesianOptimization
import Distillation
import Foundation
import HardwareProfiles
import SearchSpaces
import TensorKernels

/// The second stage: students are proposed and scored by flash distillation.
///
/// What the user has asked for comes first, then what the sampler proposes from what a trial may know.
struct SearchStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  var settings: SearchSettings { inputs.definition.search }

  private var knowledge: SearchKnowledge {
    SearchKnowledge(definition: inputs.definition, space: inputs.space, state: journal.state)
  }

  /// Worker processes: no more than there are trials that may be proposed at once.
  var workerCount: Int { min(context.workers, settings.lookAhead) }

  /// Runs what is left of the search.
  func run() throws {
    if journal.state.searchEnded != nil || journal.state.nothingFeasible != nil { return }
    let pricing = StudentPricing(inputs: inputs)
    let problem = pricing.problem(
      teacher: journal.state.teacher, related: try knowledge.relatedObservations())
    let sampler = settings.makeSampler()
    if workerCount < context.workers {
      context.report(
        .note("\(workerCount) of \(context.workers) workers: search.look_ahead allows no more"))
    }
    let pool = try WorkerPool(workerCount: workerCount, command: context.workerCommand)
    var submitted = Set<Int>()
    var isExhausted = false
    while true {
      try context.checkCancelled()
      for trial in journal.state.trials
      where trial.result == nil && !submitted.contains(trial.number) && pool.idleCount > 0 {
        submitted.insert(trial.number)
        pool.submit(flashTask(trial))
      }
      let next = journal.state.trials.count
      let isOver = isExhausted || journal.state.ownTrials.count >= settings.trials
      if auditPolicy.isDue(isExhausted: isExhausted) {
        if pool.isIdle {
          try audit(in: pool)
          continue
        }
      } else if pool.idleCount > 0 && !isOver && knowledge.isDue(next) {
        if let key = StudyQueue(inputs.definition, journal.state).next {
          try propose(inputs.space.architecture(key: key), trial: next, pricing)
          continue
        }
        switch try sampler.propose(
          problem, history: knowledge.observations(for: next), trial: next,
          seed: inputs.definition.seed)
        {
        case .architecture(let architecture):
          try propose(architecture, trial: next, pricing)
        case .infeasible(let least):
          if !journal.state.trials.isEmpty {
            isExhausted = true
          } else if try !settleInfeasible(least, pricing) {
            return
          }
        case nil:
          isExhausted = true
        }
        continue
      }
      if pool.isIdle { break }
      try record(pool.wait { try advance(pool) })
    }
    try journal.append(
      .searchEnded(
        JournalEvent.SearchEnded(
          trials: journal.state.ownTrials.count, isExhausted: isExhausted)))
  }

  private func flashTask(_ trial: StudyState.Trial) -> WorkerTask {
    let fraction = journal.state.fraction(of: trial.number)
    let steps = inputs.definition.flash(fraction: fraction).compressed(inputs.definition.full)
      .steps(trainingCount: inputs.dataset.count(.training))
    return WorkerTask(
      id: trial.number, kind: .flash, trial: trial.number, key: trial.key, repetition: 0,
      rungs: knowledge.rungs(for: trial.number, steps: steps), fraction: fraction,
      isRepeated: settings.repeats(trial.number) ? true : nil)
  }

  private func propose(
    _ architecture: Architecture, trial: Int, _ pricing: StudentPricing
  ) throws {
    guard let costs = pricing.costs(of: architecture) else {
      preconditionFailure("a student was proposed that cannot be built")
    }
    try journal.append(
      .proposed(
        JournalEvent.Proposed(
          trial: trial, key: inputs.space.key(of: architecture), costs: costs)))
  }

  private func record(_ outcome: WorkerPool.Outcome) throws {
    switch outcome {
    case .replied(let task, let reply):
      let result = JournalEvent.Finished(
        trial: task.trialNumber, outcome: JournalEvent.Finished.Outcome(reply.status),
        validation: reply.validation, seconds: reply.seconds ?? 0, steps: reply.steps ?? 0,
        rungs: reply.rungs, fraction: task.fraction, repeats: reply.repeats)
      try journal.append(.finished(result))
      context.report(.note(line(result)))
    case .crashed(let task):
      try journal.append(
        .finished(
          JournalEvent.Finished(
            trial: task.trialNumber, outcome: .crashed, validation: nil, seconds: 0, steps: 0,
            fraction: task.fraction)))
      context.report(.note("trial \(task.trialNumber): the worker died twice; recorded as crashed"))
    }
  }

  private func line(_ result: JournalEvent.Finished) -> String {
    let trial = journal.state.trials[result.trial]
    let costs = zip(
      inputs.definition.objectives,
      inputs.definition.objectives.map { inputs.definition.cost($0, trial.costs) }
    ).map { "\($0) \(formatted($1))" }.joined(separator: ", ")
    if result.outcome == .stopped, let last = result.rungs?.last {
      return String(
        format: "trial %d: stopped after %d steps with accuracy %.2f %%, %@ (%.1f s)",
        result.trial, last.step, 100 * last.validation.accuracy, costs, result.seconds)
    }
    guard let evaluation = result.validation else {
      return "trial \(result.trial): diverged, \(costs)"
    }
    return String(
      format: "trial %d: flash accuracy %.2f %%, %@ (%.1f s)", result.trial,
      100 * evaluation.accuracy, costs, result.seconds)
  }

  private func formatted(_ value: Double) -> String {
    value >= 1000 ? String(format: "%.0f", value) : String(format: "%.4g", value)
  }

  private func advance(_ pool: WorkerPool) throws {
    try context.checkCancelled()
    let finished = journal.state.ownTrials.filter { $0.result != nil }.count
    let partial = pool.running.reduce(0) { $0 + $1.share }
    context.report(
      .advance(
        done: Double(finished) + partial, total: settings.trials, detail: "flash trials"))
  }
}

extension SearchSettings {
  /// Whether the student of trial `number` is trained twice.
  func repeats(_ number: Int) -> Bool { repeatEvery > 0 && number % repeatEvery == 0 }

  /// Returns the study's sampler.
  func makeSampler() -> any Sampler {
    sampler == .bayesian ? BayesianSampler(initialTrials: initialTrials) : sampler.makeSampler()
  }
}

extension JournalEvent.Finished.Outcome {
  /// What a worker's last word on a flash training means.
  fileprivate init(_ status: WorkerReply.Status) {
    switch status {
    case .measured: self = .measured
    case .stopped: self = .stopped
    case .ready, .progress, .diverged, .failed: self = .diverged
    }
  }
}
