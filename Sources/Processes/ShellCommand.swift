/// A command line that `/bin/sh` runs in a process group of its own.
package enum ShellCommand {
  package typealias End = SystemCommand.End
  package typealias Ended = SystemCommand.Ended
  package typealias CannotStart = SystemCommand.CannotStart

  /// Runs a command to its end, or ends it with all that it has started.
  ///
  /// - Parameter isCancelled: Asked several times a second; true ends the command.
  package static func run(
    _ text: String, timeLimitSeconds: Double, isCancelled: () -> Bool
  ) throws(CannotStart) -> Ended {
    try SystemCommand.run(
      ["sh", "-c", text], executable: "/bin/sh", timeLimitSeconds: timeLimitSeconds,
      isCancelled: isCancelled)
  }
}
