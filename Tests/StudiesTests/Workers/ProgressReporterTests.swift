import Foundation
import Testing

@testable import Studies

@Suite("how far a task is")
struct ProgressReporterTests {
  /// A run that wants everything.
  private final class Patient: WorkerChannel {
    let isWanted = true
    let keepsTimeLimits = true
    let patienceSeconds = 0.0
    func next() -> Data? { nil }
    func send(_ reply: WorkerReply) {}
    func whileBusy<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }
  }

  @Test("ends a task after the time that it may take, and says that this is why")
  func overdue() {
    let reporter = ProgressReporter(task: 0, channel: Patient(), limitSeconds: 0.05)
    #expect(reporter.observe(share: 0.1) && !reporter.hasStopped)
    usleep(80_000)
    #expect(!reporter.observe(step: 3, of: 10) && reporter.hasStopped && reporter.isOverdue)
  }

  @Test("does not end a task without a limit")
  func unlimited() {
    let reporter = ProgressReporter(task: 0, channel: Patient())
    usleep(80_000)
    #expect(reporter.observe(share: 0.1) && !reporter.hasStopped && !reporter.isOverdue)
  }
}
