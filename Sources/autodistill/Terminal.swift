import Foundation
import Reports

/// Output for people: results on standard output, progress and errors on standard error.
///
/// What files and users call things goes out as `printable` text, so that no name can command the terminal.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1
  /// Whether results go to a terminal.
  static let isResultInteractive = isatty(STDOUT_FILENO) == 1

  /// What the terminal of results can show, as large as it is now.
  static var style: TerminalStyle {
    var size = winsize()
    let isKnown =
      isResultInteractive && ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return TerminalStyle.of(
      ProcessInfo.processInfo.environment,
      size: isKnown
        ? (Int(size.ws_col), Int(size.ws_row)) : isResultInteractive ? (80, 24) : nil)
  }

  /// Prints a result; where its reader has gone, such as `head`, the command ends.
  static func print(_ text: String) { draw(text.printable + "\n") }

  /// Writes to standard output what may hold commands for a terminal; ends as `print` does.
  static func draw(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      exit(ExitStatus.failed.rawValue)
    }
  }

  /// Writes a line to standard error; that nobody reads it is no reason to stop.
  static func log(_ text: String) { write(text.printable + "\n") }

  /// Writes text to standard error as it is.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  static func error(_ text: String) { log("autodistill: error: \(text)") }
}
