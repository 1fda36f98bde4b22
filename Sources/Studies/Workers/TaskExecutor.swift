import Distillation

/// Executes tasks somewhere: in processes of this machine, on a cluster.
///
/// Used by one thread. What every executor promises (a test suite checks it):
/// - Each task that was submitted comes back from `wait` once, with its number, in whatever order tasks end.
/// - A task whose execution was lost by what it does itself, or by a limit of the study, is done once more. If
///   that is lost too, the task is lost, which is a result like any other (`TaskLoss`).
/// - What was lost before a task began, or by what somebody else did, says nothing about the task: it is done
///   again, as long as anything gets on (`RetryPolicy`).
/// - The result of an execution that was thought lost counts if it comes before that of another one; in any case
///   one counts.
/// - The result of a task depends on the task alone, not on where or when it is executed.
/// - Letting go of an executor ends whatever it executes.
package protocol TaskExecutor: AnyObject {
  /// The most tasks at once.
  var capacity: Int { get }
  /// What has been submitted and has not come back, in the order of the numbers.
  var running: [RunningTask] { get }
  /// How many that are; for an executor that knows it without listing them.
  var runningCount: Int { get }
  /// The processor time that its tasks have taken, in seconds, as far as is known; never falls.
  var processorSeconds: Double { get }
  /// Its workers, for those who watch; nil where there are none.
  var workerCounts: WorkerCounts? { get }
  /// Takes a task and returns its number, larger than those before it. At most `capacity` may be running.
  func submit(_ task: StudentTask) -> Int
  /// Waits until a task has ended.
  ///
  /// - Parameter tick: Called several times a second while waiting; may throw to stop.
  /// - Throws: What `tick` throws, or `StudyError` if no task can be executed any more.
  func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome)
}

extension TaskExecutor {
  package var runningCount: Int { running.count }
  package var idleCount: Int { capacity - runningCount }
  package var isIdle: Bool { runningCount == 0 }
  package var workerCounts: WorkerCounts? { nil }
}

/// A task that is being worked on.
package struct RunningTask: Hashable, Sendable {
  package var number: Int
  package var task: StudentTask
  /// How much of it is done, 0…1, as far as is known.
  package var share: Double
  /// Whether a worker has it; otherwise it waits for one.
  package var hasBegun = true
  /// Where it is executed; nil if that is nowhere yet, or not known.
  package var place: Place?

  /// What has a task at the moment.
  package struct Place: Hashable, Sendable {
    /// Which of the executor's workers, from 0.
    package var worker: Int
    /// The machine; nil for this one.
    package var host: String?
    /// The process; nil where it is being started.
    package var process: Int32?
    /// Which attempt this is, from 1.
    package var attempt: Int
    /// Since the worker was last heard of.
    package var silentSeconds: Double

    package init(
      worker: Int, host: String? = nil, process: Int32?, attempt: Int = 1,
      silentSeconds: Double = 0
    ) {
      (self.worker, self.host, self.process) = (worker, host, process)
      (self.attempt, self.silentSeconds) = (attempt, silentSeconds)
    }
  }
}

/// What came of a task.
package enum TaskOutcome: Hashable, Sendable {
  case ended(TaskResult)
  /// Its execution was lost, again and again where that may change; `note` says what was seen.
  case lost(TaskLoss, note: String)

  /// How it ended; nil if it was lost.
  package var result: TaskResult? {
    guard case .ended(let result) = self else { return nil }
    return result
  }

  /// What was seen of its loss; nil if it ended.
  package var note: String? {
    guard case .lost(_, let note) = self else { return nil }
    return note
  }
}

/// How a task ended.
package struct TaskResult: Hashable, Sendable {
  package enum Ending: Hashable, Sendable {
    case measured
    /// Numbers beyond all bounds.
    case diverged
    /// The accuracy was too low at the last of `rungs`.
    case stopped
  }

  package var ending: Ending
  package var validation: Evaluation?
  package var test: Evaluation?
  /// What the evaluations leave out; of full trainings and tests.
  package var validationOutcome: SplitOutcome?
  package var testOutcome: SplitOutcome?
  /// How a full training went on its way.
  package var curve: TrainingCurve?
  /// What int8 cost the student; nil in fp32.
  package var quantization: QuantizationOutcome?
  /// The trainings before a full one, each of which has taught the next; nil where there were none.
  package var chain: [ChainLink]?
  package var seconds: Double
  /// The steps of the training.
  package var steps: Int
  package var rungs: [RungEvaluation]?
  /// The same training with other seeds.
  package var repeats: [Evaluation]?
  /// On corrupted images.
  package var robustness: [RobustnessResult]?
  /// The earlier study that has done it; nil for what was done here.
  package var source: String?
  /// Where it was done, if that is another kind of processor than the study was begun on.
  package var machine: ResultMachine?

  package init(
    _ ending: Ending, validation: Evaluation? = nil, test: Evaluation? = nil, seconds: Double = 0,
    steps: Int = 0, rungs: [RungEvaluation]? = nil, repeats: [Evaluation]? = nil
  ) {
    (self.ending, self.validation, self.test) = (ending, validation, test)
    (self.seconds, self.steps) = (seconds, steps)
    (self.rungs, self.repeats) = (rungs, repeats)
  }
}
