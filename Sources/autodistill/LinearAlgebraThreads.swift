import Foundation
import Studies

/// OpenBLAS starts a thread for every core when the program is loaded, before any of it runs. Each takes 128 MiB,
/// and asks for them again without end where the system does not give them, so that not even the end of the
/// process comes. We compute with one thread: a program that was started without saying so is started again.
enum LinearAlgebraThreads {
  /// Has this process be one that was loaded with one thread; it keeps its number and its files.
  ///
  /// What the programs that this one starts see of the environment stays as it was.
  static func useOne() {
    let (threads, before) = (WorkerEnvironment.threads, WorkerEnvironment.threadsBefore)
    let environment = ProcessInfo.processInfo.environment
    if let value = environment[before] {
      unsetenv(before)
      if value.isEmpty { unsetenv(threads) } else { setenv(threads, value, 1) }
      return
    }
    if environment[threads] == "1" { return }
    guard let path = Bundle.main.executablePath else { return }
    for (name, value) in WorkerEnvironment.variables { setenv(name, value, 1) }
    execv(path, CommandLine.unsafeArgv)
    // A program that cannot be started again continues as it is.
    unsetenv(before)
    unsetenv(threads)
    if let value = environment[threads] { setenv(threads, value, 1) }
  }
}
