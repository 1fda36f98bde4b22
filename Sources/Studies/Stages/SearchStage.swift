import BayesianOptimization
import Distillation
import Foundation
import HardwareProfiles
import SearchSpaces

/// The second stage: students are proposed and scored by flash distillation.
///
/// What the user has asked for comes first, then what the sampler proposes from what a trial may know.
struct SearchStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal
  private let memory = SearchMemory()

  var settings: SearchSettings { inputs.definition.search }

  private var knowledge: SearchKnowledge {
    SearchKnowledge(
      definition: inputs.definition, space: inputs.space, state: journal.state, memory: memory)
  }

  /// Worker processes: no more than there are trials that may be proposed at once.
  var workerCount: Int { min(context.workers, settings.lookAhead) }

  /// Runs what is left of the search.
  func run() throws {
    if journal.state.searchEnded != nil || journal.state.nothingFeasible != nil { return }
    let pricing = StudentPricing(inputs: inputs)
    let session = SearchSession(
      pricing.problem(
        teacher: journal.state.teacher, related: try knowledge.relatedObservations()))
    let sampler = settings.makeSampler()
    if workerCount < context.workers {
      context.report(
        .note("\(workerCount) of \(context.workers) workers: search.look_ahead allows no more"))
    }
    let loop = TaskLoop(try context.executor(workerCount, inputs, journal), context: context)
    let carried = journal.state.carriedCount
    // Trials without a result that nobody works on, the first one first.
    var open = journal.state.trials.indices.filter { journal.state.trials[$0].result == nil }[...]
    var submitted = 0
    var isExhausted = false

    /// Returns the next flash training, of a trial that is proposed here if it must be; nil if there is none
    /// before another one has ended.
    func next() throws -> (purpose: Int, task: StudentTask)? {
      while journal.state.nothingFeasible == nil {
        try context.checkCancelled()
        let number = journal.state.trials.count
        let isOver = isExhausted || number - carried >= settings.trials
        if !open.isEmpty || !isOver { try context.checkLimits(trials: submitted) }
        if let trial = open.popFirst() {
          submitted += 1
          return (trial, try flashTask(journal.state.trials[trial]))
        }
        if auditPolicy.isDue(isExhausted: isExhausted) {
          guard loop.executor.isIdle else { return nil }
          try audit(loop)
          continue
        }
        guard !isOver, knowledge.isDue(number) else { return nil }
        isExhausted = try !propose(trial: number, sampler, session, pricing)
        open += number..<journal.state.trials.count
      }
      return nil
    }

    try loop.run(next: next, advance: advance, record: record)
    if journal.state.nothingFeasible != nil { return }
    let ended = JournalEvent.SearchEnded(
      trials: journal.state.ownTrials.count, isExhausted: isExhausted)
    try journal.append(.searchEnded(ended))
    if let exhaustion = ended.exhaustion(wanted: settings.trials) {
      context.report(.note(exhaustion))
    }
  }

  /// Proposes a trial: what the user has asked for comes first.
  ///
  /// - Returns: Whether there was anything to propose, or may be now.
  private func propose(
    trial: Int, _ sampler: any Sampler, _ session: SearchSession, _ pricing: StudentPricing
  ) throws -> Bool {
    if let key = waiting {
      try propose(inputs.space.architecture(key: key), trial: trial, pricing)
      return true
    }
    if !memory.hasTriedEarlier {
      if let architecture = try studentTrainedBefore(pricing) {
        try propose(architecture, trial: trial, pricing)
        return true
      }
      memory.hasTriedEarlier = true
    }
    switch try proposal(for: trial, sampler, session) {
    case .architecture(let architecture):
      try propose(architecture, trial: trial, pricing)
      return true
    case .infeasible(let least):
      guard journal.state.trials.isEmpty else { return false }
      return try settleInfeasible(least, pricing)
    case nil:
      return false
    }
  }

  /// Returns what the sampler proposes.
  ///
  /// A function of its own, so that nothing holds the state any more at the next event.
  private func proposal(
    for trial: Int, _ sampler: any Sampler, _ session: SearchSession
  ) throws -> Proposal? {
    try sampler.propose(
      in: session, history: knowledge.history(for: trial), trial: trial,
      seed: inputs.definition.seed)
  }

  /// The student to try next of those that the user has asked for; nil if all of them are tried.
  private var waiting: String? {
    let state = journal.state
    if memory.triedEnqueued == state.enqueued.count { return nil }
    let next = StudyQueue(inputs.definition, state).next
    if next == nil { memory.triedEnqueued = state.enqueued.count }
    return next
  }

  /// The student to try next of those that earlier studies have trained fully and that have no flash result
  /// here, so that none of what is best there is missing here; nil if there is none. The most accurate is first.
  private func studentTrainedBefore(_ pricing: StudentPricing) throws -> Architecture? {
    let state = journal.state
    let tried = Set(state.trials.map(\.key))
    let keys = state.imported?.trainedKeys ?? []
    guard keys.contains(where: { !tried.contains($0) }) else { return nil }
    var students: [(key: String, accuracy: Double, architecture: Architecture, costs: Costs)] = []
    for key in keys {
      let full = state.carriedValidations(of: key, seeds: inputs.definition.finalists.seeds)
      let architecture = try inputs.space.architecture(key: key)
      guard !full.isEmpty, let costs = pricing.costs(of: architecture),
        pricing.violation(costs) == 0
      else { continue }
      students.append((key, full.meanAccuracy, architecture, costs))
    }
    students.sort { (-$0.accuracy, $0.key) < (-$1.accuracy, $1.key) }
    return inputs.definition.unbeaten(students.map { ($0.accuracy, $0.costs) })
      .map { students[$0] }.first { !tried.contains($0.key) }?.architecture
  }

  private func flashTask(_ trial: StudyState.Trial) throws -> StudentTask {
    let fraction = journal.state.fraction(of: trial.number)
    let definition = try inputs.definition(ofKey: trial.key)
    let steps = definition.flash(fraction: fraction).compressed(definition.flashSource)
      .steps(trainingCount: definition.flashSource.trainingCount(of: inputs.dataset))
    let work = StudentTask.FlashWork(
      rungs: knowledge.rungs(for: trial.number, steps: steps), fraction: fraction,
      isRepeated: settings.repeats(trial.number))
    return StudentTask(.flash(work), key: trial.key, trial: trial.number)
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

  private func record(_ trial: Int, _ outcome: TaskOutcome) throws {
    let ended = outcome.result
    var result = JournalEvent.Finished(
      trial: trial, outcome: JournalEvent.Finished.Outcome(outcome),
      validation: ended?.validation, seconds: ended?.seconds ?? 0, steps: ended?.steps ?? 0,
      rungs: ended?.rungs, fraction: journal.state.fraction(of: trial), repeats: ended?.repeats,
      note: outcome.note)
    result.machine = ended?.machine
    let ownEnded = self.ownEnded + 1
    try journal.append(.finished(result))
    memory.ownEnded = ownEnded
    context.report(
      .trialEnded(
        journal.state.trials[trial],
        fraction: inputs.definition.flash(fraction: result.fraction).fraction,
        done: ownEnded, total: settings.trials))
    context.report(.note(line(result)))
  }

  private func line(_ result: JournalEvent.Finished) -> String {
    if let loss = result.outcome.loss {
      return "trial \(result.trial): \(loss.words(note: result.note)); recorded as \(loss.rawValue)"
    }
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

  /// How many trials of this study have ended; counted once, and then kept.
  private var ownEnded: Int {
    if let known = memory.ownEnded { return known }
    let count = journal.state.ownTrials.count { $0.result != nil }
    memory.ownEnded = count
    return count
  }

  private func advance(_ share: Double) {
    context.report(
      .advance(
        done: Double(ownEnded) + share, total: settings.trials, detail: "flash trials"))
  }
}
