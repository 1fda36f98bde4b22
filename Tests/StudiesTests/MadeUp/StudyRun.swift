import DeviceMeasurement
import Foundation
import Synchronization
import Testing

@testable import Studies

/// Runs studies in this process, with workers of their own.
struct StudyRun {
  var workers = 2
  var threads = 1
  var machine = HostMachine.current()
  var command: [String]
  var limits = RunLimits()
  /// Called with everything that is told.
  var watch: @Sendable (StudyProgress) -> Void = { _ in }
  /// Called with the number of trials whose results have been told; true stops the run.
  var stopsAfter: @Sendable (Int) -> Bool = { _ in false }

  /// Runs a study with a made-up worker.
  init(_ worker: FakeWorker, workers: Int = 2) {
    command = worker.command
    self.workers = workers
  }

  @discardableResult
  func callAsFunction(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .distillation
  ) throws -> StudyState {
    let told = Counter()
    let (stopsAfter, watch, end) = (stopsAfter, watch, Date(timeIntervalSinceNow: 60))
    var context = StudyContext(
      version: "1", workerCommand: command, workers: workers, threads: threads,
      report: { progress in
        watch(progress)
        if case .note(let text) = progress, text.hasPrefix("trial ") { told.add() }
      },
      isCancelled: { stopsAfter(told.value) || Date() > end })
    (context.machine, context.limits) = (machine, limits)
    return try StudyRunner(try study.inputs(), context: context).run(through: stage)
  }
}

/// A number that several threads count up.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}

/// Values that several threads put down, in their order.
final class Recorded<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  func add(_ value: Value) { values.withLock { $0.append(value) } }
}
