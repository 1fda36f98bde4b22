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

  /// Prints a result; where that is not possible, the command ends.
  @discardableResult
  static func print(_ text: String) -> Bool { draw(text.printable + "\n") }

  /// Writes to standard output what may hold commands for a terminal; ends as `print` does.
  ///
  /// - Returns: Whether there is still a reader. One that has gone, such as `head`, has what it wanted: that changes
  ///   neither what a command does nor its exit status.
  @discardableResult
  static func draw(_ text: String) -> Bool {
    if write(text, to: STDOUT_FILENO) { return true }
    guard errno == EPIPE else {
      error("standard output: cannot write: \(String(cString: strerror(errno)))")
      exit(ExitStatus.failed.rawValue)
    }
    return false
  }

  /// Writes to standard output as it is; returns the system's error if that is not possible.
  static func put(_ text: String) -> Int32? { write(text, to: STDOUT_FILENO) ? nil : errno }

  /// Prints what stands in files as well; that nobody reads it is no failure.
  static func tell(_ text: String) { _ = write(text.printable + "\n", to: STDOUT_FILENO) }

  /// Writes a line to standard error; that nobody reads it is no reason to stop.
  static func log(_ text: String) { write(text.printable + "\n") }

  /// Writes text to standard error as it is.
  static func write(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Returns whether all was written; if not, `errno` says why.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return false }
      rest = rest.dropFirst(max(0, count))
    }
    return true
  }

  static func error(_ text: String) { log("autodistill: error: \(text)") }
}
