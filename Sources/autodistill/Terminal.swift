import Foundation

/// Output for people: results on standard output, progress and errors on standard error.
enum Terminal {
  static let isInteractive = isatty(STDERR_FILENO) == 1

  static func print(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func log(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  static func error(_ text: String) { log("autodistill: error: \(text)") }
}
