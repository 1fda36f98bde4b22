import Statistics
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
}
