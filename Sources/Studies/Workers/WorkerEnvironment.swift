import Foundation

/// The environment that a worker is started with.
package enum WorkerEnvironment {
  /// How many threads OpenBLAS starts when it is loaded, and what that variable said before, if anything, for
  /// the programs that a worker starts.
  package static let threads = "OPENBLAS_NUM_THREADS"
  package static let threadsBefore = "AUTODISTILL_OPENBLAS_NUM_THREADS"

  /// What is set for a program of ours: its linear algebra is done by one thread. Without this each of N workers
  /// on N cores would hold N.
  package static var variables: [String: String] {
    let environment = ProcessInfo.processInfo.environment
    return [threads: "1", threadsBefore: environment[threads] ?? ""]
  }
}
