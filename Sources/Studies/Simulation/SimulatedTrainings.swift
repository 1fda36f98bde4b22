import Distillation
import HardwareProfiles
import RandomStreams

/// What tasks take and come to in a simulation. Depends on the task alone.
package struct SimulatedTrainings {
  let inputs: StudyInputs
  let times: SimulatedTimes
  let accuracies: MadeUpAccuracies
  /// The probability that an execution dies, 0…1.
  let failures: Double
  let validationCount: Int
  let testCount: Int

  /// A task's execution, or its two executions, where the first one died.
  package struct Execution {
    var outcome: TaskOutcome
    /// How long a worker is busy with it.
    var seconds: Double
    /// How much of that is lost.
    var lostSeconds: Double
  }

  /// A look at the test split, as a share of a flash training.
  private static let testShare = 0.1

  /// Returns a task's execution.
  ///
  /// - Parameter costs: Of the task's student.
  func execution(of task: StudentTask, costs: Costs) throws -> Execution {
    var result: TaskResult
    let own = times.flashSeconds(macs: costs.macs, trial: task.trial ?? -1)
    switch task.work {
    case .flash(let work): result = try flash(work, task.key, costs.macs, own)
    case .full(let work):
      result = try full(work, task.key, costs.macs, own)
      // Those of the chain before it take as long as its own.
      let trainings = try trainingCount(work, task.key)
      (result.seconds, result.steps) = (
        Double(trainings) * result.seconds, trainings * result.steps
      )
    case .test:
      result = TaskResult(.measured, seconds: SimulatedTrainings.testShare * own)
      result.test = try test(task.key, costs.macs)
    case .robustness:
      result = TaskResult(.measured, seconds: SimulatedTrainings.testShare * own)
      result.robustness = []
    case .shadow(let work):
      let full = StudentTask.FullWork(repetition: work.number, isBaseline: work.isBaseline)
      result = try self.full(full, task.key, costs.macs, own)
    case .teacherShadow:
      // Nothing is known of how long a teacher takes; attacks are not simulated.
      result = TaskResult(.measured, seconds: own * times.fullFactor)
    }
    return try dying(result, task)
  }

  private func flash(
    _ work: StudentTask.FlashWork, _ key: String, _ macs: Int, _ own: Double
  ) throws -> TaskResult {
    let ownFraction = inputs.definition.flash.fraction
    let fraction = work.fraction ?? ownFraction
    let definition = try inputs.definition(ofKey: key)
    let steps = definition.flash(fraction: fraction).compressed(definition.flashSource)
      .steps(trainingCount: definition.flashSource.trainingCount(of: inputs.dataset))
    let seconds = own * fraction / ownFraction
    func evaluation(_ share: Double, _ repetition: Int) throws -> Evaluation {
      try accuracies.evaluation(
        of: key, macs: macs, fraction: share * fraction, repetition: repetition,
        count: validationCount)
    }
    var result = TaskResult(.measured, seconds: seconds, steps: steps)
    for rung in work.rungs {
      let share = Double(rung.step) / Double(max(1, steps))
      let known = try evaluation(share, work.repetition)
      result.rungs = (result.rungs ?? []) + [RungEvaluation(step: rung.step, validation: known)]
      if !work.continues(with: known.accuracy, after: rung.step) {
        (result.ending, result.steps, result.seconds) = (.stopped, rung.step, share * seconds)
        return result
      }
    }
    result.validation = try evaluation(1, work.repetition)
    if work.isRepeated {
      result.repeats = [try evaluation(1, work.repetition + 1)]
      result.seconds *= 2
    }
    return result
  }

  /// How many trainings a full one is: without the teacher there is no chain before it.
  private func trainingCount(_ work: StudentTask.FullWork, _ key: String) throws -> Int {
    work.isBaseline ? 1 : try inputs.definition(ofKey: key).full.chain.trainingCount(ofKey: key)
  }

  private func full(
    _ work: StudentTask.FullWork, _ key: String, _ macs: Int, _ own: Double
  ) throws -> TaskResult {
    let recipe = try inputs.definition(ofKey: key).full
    var result = TaskResult(
      .measured, seconds: own * times.fullFactor,
      steps: recipe.steps(trainingCount: recipe.trainingCount(of: inputs.dataset)))
    result.validation = try accuracies.evaluation(
      of: key, macs: macs, fraction: 1, repetition: work.repetition, isBaseline: work.isBaseline,
      count: validationCount)
    if work.usesTest {
      result.test = try test(
        key, macs, repetition: work.repetition, isBaseline: work.isBaseline)
    }
    return result
  }

  private func test(
    _ key: String, _ macs: Int, repetition: Int = 0, isBaseline: Bool = false
  ) throws -> Evaluation {
    try accuracies.evaluation(
      of: key, macs: macs, fraction: 1, repetition: repetition, isBaseline: isBaseline,
      count: testCount, isTest: true)
  }

  /// Returns the execution of what would come to `result`: each execution dies with the probability of
  /// failures, at a random moment, and after two deaths the task is lost.
  ///
  /// Of a full training only what came after its last checkpoint is done again, half an epoch in the mean.
  private func dying(_ result: TaskResult, _ task: StudentTask) throws -> Execution {
    let identity = task.key.utf8.reduce(17) { $0 &* 31 &+ Int($1) }
    var random = RandomStream(
      seed: inputs.definition.seed, purpose: "simulated deaths", identity, task.trial ?? -1,
      task.work.number)
    var lost = 0.0
    var busy = 0.0
    for _ in 0..<2 {
      guard random.uniform() < failures else {
        return Execution(
          outcome: .ended(result), seconds: lost + result.seconds, lostSeconds: lost)
      }
      let moment = random.uniform() * result.seconds
      busy += moment
      if case .full(let work) = task.work {
        let epochs = Double(try trainingCount(work, task.key)) * inputs.definition.full.epochs
        lost += 0.5 * result.seconds / max(1, epochs)
      } else {
        lost += moment
      }
    }
    return Execution(
      outcome: .lost(.crashed, note: "died twice in the simulation"), seconds: busy,
      lostSeconds: busy)
  }
}

extension StudentTask.Work {
  /// A number that tells the trainings of one student apart.
  fileprivate var number: Int {
    switch self {
    case .flash(let work): 1000 + Int(1e6 * (work.fraction ?? 0))
    case .full(let work): 1 + 2 * work.repetition + (work.isBaseline ? 1 : 0)
    case .test: -1
    case .robustness: -2
    case .shadow(let work): -3 - 2 * work.number - (work.isBaseline ? 1 : 0)
    case .teacherShadow(let number): -1_000_000 - number
    }
  }
}
