import BayesianOptimization
import Distillation
import Foundation
import HardwareProfiles
import SearchSpaces
import TensorKernels

/// The second stage: students are proposed and scored by flash distillation.
///
/// Trial n is proposed from the results of trials up to n − q, whatever else has finished (q is the
/// study's look-ahead), so the proposals depend on the journal alone.
struct SearchStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  private var settings: SearchSettings { inputs.definition.search }

  /// Worker processes: no more than there are trials that may be proposed at once.
  var workerCount: Int { min(context.workers, settings.lookAhead) }

  /// Runs what is left of the search.
  func run() throws {
    if journal.state.searchEnded != nil || journal.state.nothingFeasible != nil { return }
    let pricing = StudentPricing(inputs: inputs)
    let problem = pricing.problem()
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
        pool.submit(
          WorkerTask(
            id: trial.number, kind: .flash, trial: trial.number, key: trial.key, repetition: 0))
      }
      let next = journal.state.trials.count
      if pool.idleCount > 0 && !isExhausted && next < settings.trials && isDue(next) {
        switch try sampler.propose(
          problem, history: history(for: next), trial: next, seed: inputs.definition.seed)
        {
        case .architecture(let architecture):
          try propose(architecture, trial: next, pricing)
        case .infeasible(let least):
          if next == 0 { return try reportNothingFeasible(least, pricing) }
          isExhausted = true
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
        JournalEvent.SearchEnded(trials: journal.state.trials.count, isExhausted: isExhausted)))
  }

  /// Whether every result that trial `number` may be proposed from is there.
  private func isDue(_ number: Int) -> Bool {
    journal.state.trials.prefix(max(0, number - settings.lookAhead + 1))
      .allSatisfy { $0.result != nil }
  }

  /// What the sampler may know when it proposes trial `number`.
  private func history(for number: Int) throws -> [Observation] {
    try journal.state.trials.prefix(number).map { trial in
      let architecture = try inputs.space.architecture(key: trial.key)
      var outcome = Observation.Outcome.pending
      if trial.number <= number - settings.lookAhead, let result = trial.result {
        if let evaluation = result.validation {
          outcome = .measured(
            value: evaluation.accuracy, standardError: evaluation.standardError)
        } else {
          outcome = .failed
        }
      }
      return Observation(architecture: architecture, outcome: outcome)
    }
  }

  private func propose(
    _ architecture: Architecture, trial: Int, _ pricing: StudentPricing
  ) throws {
    guard let costs = pricing.costs(of: architecture) else {
      preconditionFailure("a sampler proposed a student that cannot be built")
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
        trial: task.trial, outcome: reply.status == .measured ? .measured : .diverged,
        validation: reply.validation, seconds: reply.seconds ?? 0, steps: reply.steps ?? 0)
      try journal.append(.finished(result))
      context.report(.note(line(result)))
    case .crashed(let task):
      try journal.append(
        .finished(
          JournalEvent.Finished(
            trial: task.trial, outcome: .crashed, validation: nil, seconds: 0, steps: 0)))
      context.report(.note("trial \(task.trial): the worker died twice; recorded as crashed"))
    }
  }

  private func line(_ result: JournalEvent.Finished) -> String {
    let trial = journal.state.trials[result.trial]
    let costs = zip(
      inputs.definition.objectives,
      inputs.definition.objectives.map { inputs.definition.cost($0, trial.costs) }
    ).map { "\($0.rawValue) \(formatted($1))" }.joined(separator: ", ")
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
    let finished = journal.state.trials.filter { $0.result != nil }.count
    let partial = pool.running.reduce(0) { $0 + $1.share }
    context.report(
      .advance(
        done: Double(finished) + partial, total: settings.trials, detail: "flash trials"))
  }

  // MARK: - Constraints

  /// Students drawn at random to see what the constraints reject.
  private static let screenedCount = 400
  private static let shownInfeasible = 60

  /// Records what a random sample of the space says about each constraint and, if none of it is
  /// feasible, whether the sampler finds any student that is.
  func screen() throws {
    let pricing = StudentPricing(inputs: inputs)
    if journal.state.screened == nil { try sample(pricing) }
    guard journal.state.screened?.feasible == 0, journal.state.nothingFeasible == nil,
      journal.state.trials.isEmpty
    else { return }
    if case .infeasible(let least) = try settings.makeSampler().propose(
      pricing.problem(), history: [], trial: 0, seed: inputs.definition.seed)
    {
      try reportNothingFeasible(least, pricing)
    }
  }

  private func sample(_ pricing: StudentPricing) throws {
    var stream = RandomStream(seed: inputs.definition.seed, purpose: "screening")
    var screened = JournalEvent.Screened(
      drawn: 0, feasible: 0, rejections: [:], infeasibleCosts: [])
    for constraint in pricing.constraints { screened.rejections[constraint.description] = 0 }
    for _ in 0..<SearchStage.screenedCount {
      let architecture = inputs.space.randomArchitecture(using: &stream)
      guard let costs = pricing.costs(of: architecture) else { continue }
      screened.drawn += 1
      for constraint in pricing.constraints where pricing.violation(constraint, costs) > 0 {
        screened.rejections[constraint.description, default: 0] += 1
      }
      if pricing.violation(costs) == 0 {
        screened.feasible += 1
      } else if screened.infeasibleCosts.count < SearchStage.shownInfeasible {
        screened.infeasibleCosts.append(inputs.definition.firstCost(costs))
      }
    }
    try journal.append(.screened(screened))
    context.report(
      .note("\(screened.feasible) of \(screened.drawn) random students meet the constraints"))
  }

  private func reportNothingFeasible(
    _ architectures: [Architecture], _ pricing: StudentPricing
  ) throws {
    let nearest = architectures.compactMap { architecture in
      pricing.costs(of: architecture).flatMap { costs in
        pricing.binding(costs).map { binding in
          JournalEvent.NothingFeasible.Nearest(
            key: inputs.space.key(of: architecture), costs: costs,
            binding: binding.constraint.description, excess: binding.excess)
        }
      }
    }
    try journal.append(.nothingFeasible(JournalEvent.NothingFeasible(leastInfeasible: nearest)))
  }
}

extension SearchSettings {
  /// Returns the study's sampler.
  func makeSampler() -> any Sampler {
    sampler == .bayesian ? BayesianSampler(initialTrials: initialTrials) : sampler.makeSampler()
  }
}
