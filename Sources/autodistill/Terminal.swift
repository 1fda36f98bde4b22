import Foundation

/// Output for people: results on standard output, progress and errors on standard error.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Prints a result; where its reader has gone, such as `head`, the command ends.
  static func print(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      exit(ExitStatus.failed.rawValue)
    }
  }

  /// Writes a line to standard error; that nobody reads it is no reason to stop.
  static func log(_ text: String) { write(text + "\n") }

  /// Writes text to standard error as it is.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  static func error(_ text: String) { log("autodistill: error: \(text)") }
}
