import Foundation
import Processes
import Statistics
import SystemResources
import TensorKernels

/// Whether the system gives what a run needs at least. What is missing later is waited for by libraries without end.
enum ResourceCheck {
  /// Threads that the system's libraries start as well as ours.
  private static let otherThreads = 4

  /// Takes the memory of the linear algebra, and tries threads.
  ///
  /// - Throws: An error for people that says what is missing.
  static func run(threads: Int) throws {
    try LinearAlgebraMemory.take()
    try WorkerTeam.tryThreads(threads + otherThreads)
  }

  /// Has what the system refuses later on end the process with a message and a status, and not with a signal.
  static func endInWords() {
    Exhaustion.install { end($0) }
  }

  /// Ends the process at once, with the programs that it runs: other threads are in the middle of their work.
  private static func end(_ message: String) -> Never {
    Terminal.error(message)
    RunningGroups.all.kill()
    _exit(ExitStatus.failed.rawValue)
  }
}
