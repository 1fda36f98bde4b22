import FileFormats
import Foundation
import Reports
import Studies
import Synchronization

/// Tells how a study is getting on as events on standard output, one JSON object a line; nothing else stands
/// there.
///
/// Every event has all its members every time, null where nothing is known. `Results/README.md` documents
/// them. That nobody reads them is no reason to stop; nor is that they cannot be written, which is told at the end.
final class ProgressEvents: StudyOutput {
  private struct State {
    var definition: StudyDefinition?
    var stage = ""
    var advance: (done: Double, total: Int, detail: String)?
    var lastAdvance: ContinuousClock.Instant?
  }

  /// Why lines could not be written, of the first.
  private let unwritten = Mutex<String?>(nil)

  private let meter: RunMeter
  private let write: @Sendable (String) -> Int32?
  private let state = Mutex(State())
  /// How often `progress` is told.
  private static let pause = Duration.seconds(1)

  /// - Parameters:
  ///   - meter: Of the run.
  ///   - write: Takes each line with its end; returns the system's error if it could not write it.
  init(_ meter: RunMeter, write: @escaping @Sendable (String) -> Int32? = ProgressEvents.print) {
    (self.meter, self.write) = (meter, write)
  }

  private static func print(_ line: String) -> Int32? { Terminal.put(line) }

  var failure: String? { unwritten.withLock { $0 } }

  private func tell(_ event: String, _ members: [(String, JSONText)]) {
    let common: [(String, JSONText)] = [
      ("event", .text(event)), ("time", .text(Date().formatted(.iso8601))),
      ("seconds", JSONText(meter.seconds, decimals: 3)),
    ]
    guard let code = write(JSONText.object(common + members).line + "\n"), code != EPIPE else {
      return
    }
    unwritten.withLock { $0 = $0 ?? String(cString: strerror(code)) }
  }

  func begin(_ inputs: StudyInputs, _ context: StudyContext) {
    state.withLock { $0.definition = inputs.definition }
    tell(
      "run_started",
      [
        ("name", .text(inputs.definition.name)), ("folder", .text(inputs.folder.path)),
        ("version", .text(context.version)), ("process", JSONText(Int(getpid()))),
        ("host", .text(ProcessInfo.processInfo.hostName)), ("workers", JSONText(context.workers)),
        ("threads", JSONText(context.threads)),
        ("trials", JSONText(inputs.definition.search.trials)),
        ("max_seconds", JSONText(context.limits.seconds, decimals: 3)),
        ("max_trials", context.limits.trials.map { JSONText($0) } ?? .null),
        ("max_cpu_seconds", JSONText(context.limits.processorSeconds, decimals: 3)),
      ])
  }

  func show(_ progress: StudyProgress) {
    state.withLock { state in
      switch progress {
      case .stage(let name):
        (state.stage, state.advance, state.lastAdvance) = (name, nil, nil)
        tell("stage", [("stage", .text(name))])
      case .note(let text): tell("note", [("text", .text(text))])
      case .advance(let done, let total, let detail):
        state.advance = (done, total, detail)
        // The teacher has no workers whose tasks would be told next.
        if state.stage == StudyRunner.Stage.teacher.rawValue { advance(&state, running: []) }
      case .running(let running): advance(&state, running: running)
      case .workers(let counts): tell("workers", counts.members)
      case .trialEnded(let trial, let fraction, let done, let total):
        guard let definition = state.definition else { return }
        tell("trial_finished", members(trial, definition, fraction, done: done, total: total))
      case .trainingEnded(let ended): tell("training_finished", members(ended))
      case .measured(let measured):
        tell(
          "latency_measured",
          [
            ("trial", JSONText(measured.trial)), ("key", .text(measured.key)),
            ("latency_ms", JSONText(measured.latencyMilliseconds, decimals: 5)),
            ("latency_se_ms", JSONText(measured.latencyStandardErrorMilliseconds, decimals: 5)),
            ("doubtful", JSONText(measured.isDrifting || measured.isDisturbed)),
          ])
      }
    }
  }

  func finish() {}

  func tell(_ report: StudyReport, in folder: String, next: String) {
    tell(
      "report",
      [
        ("folder", .text(folder)), ("complete", JSONText(report.missing.isEmpty)),
        ("missing", .array(report.missing.map(JSONText.text))),
        ("headline", .array(report.headline.map(JSONText.text))),
        ("budgets", .array(report.budgets.map(JSONText.text))), ("next", .text(next)),
      ])
  }

  func end(_ status: ExitStatus, message: String?) {
    tell(
      "run_ended",
      [
        ("status", JSONText(Int(status.rawValue))), ("meaning", .text(status.meaning)),
        ("message", JSONText(message)),
        ("cpu_seconds", JSONText(meter.processorSeconds, decimals: 3)),
      ])
  }

  private func advance(_ state: inout State, running: [RunningTraining]) {
    if let last = state.lastAdvance, last.duration(to: .now) < ProgressEvents.pause { return }
    state.lastAdvance = .now
    tell(
      "progress",
      [
        ("stage", .text(state.stage)), ("done", JSONText(state.advance?.done, decimals: 3)),
        ("total", state.advance.map { JSONText($0.total) } ?? .null),
        ("detail", JSONText(state.advance?.detail)),
        ("cpu_seconds", JSONText(meter.processorSeconds, decimals: 3)),
        ("running", .array(running.map(\.json))),
      ])
  }

  private func members(
    _ trial: StudyState.Trial, _ definition: StudyDefinition, _ fraction: Double, done: Int,
    total: Int
  ) -> [(String, JSONText)] {
    let costs = definition.objectives.map { metric in
      (metric.description, JSONText(definition.cost(metric, trial.costs), decimals: 5))
    }
    return [
      ("trial", JSONText(trial.number)), ("key", .text(trial.key)),
      ("outcome", JSONText(trial.result?.outcome.rawValue)),
      ("flash_accuracy", JSONText(trial.flashAccuracy, decimals: 5)),
      ("flash_fraction", JSONText(fraction, decimals: 5)),
      ("costs", .object(costs)), ("training_seconds", JSONText(trial.result?.seconds, decimals: 3)),
      ("steps", trial.result.map { JSONText($0.steps) } ?? .null), ("done", JSONText(done)),
      ("total", JSONText(total)),
    ]
  }

  private func members(_ ended: EndedTraining) -> [(String, JSONText)] {
    [
      ("trial", ended.trial.map { JSONText($0) } ?? .null),
      ("reference", JSONText(ended.reference)), ("key", .text(ended.key)),
      ("seed", JSONText(ended.repetition)), ("baseline", JSONText(ended.isBaseline)),
      ("outcome", .text(ended.outcome.rawValue)),
      ("validation_accuracy", JSONText(ended.validationAccuracy, decimals: 5)),
      ("test_accuracy", JSONText(ended.testAccuracy, decimals: 5)),
      ("training_seconds", JSONText(ended.seconds, decimals: 3)),
      ("steps", JSONText(ended.steps)),
    ]
  }
}
