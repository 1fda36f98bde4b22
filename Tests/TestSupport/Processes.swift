import Foundation

/// Processes of this machine, by what their command line contains.
public enum Processes {
  /// The children of a process, or of anyone, whose command line contains a text.
  public static func running(_ text: String, parent: Int32? = nil) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.sorted().filter { process in
      guard let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline")),
        String(decoding: line, as: UTF8.self).contains(text)
      else { return false }
      return parent == nil || self.parent(of: process) == parent
    }
  }

  private static func parent(of process: Int32) -> Int32? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    // After the name in parentheses: the state, then the parent.
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 1 ? Int32(fields[1]) : nil
  }

  /// Lets this thread's children be ended by signals: a thread of the test runner may block them all,
  /// and a child inherits that.
  public static func letSignalsThrough() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
  }

  /// Waits until a condition holds; false if it does not in time.
  public static func wait(seconds: Double, until condition: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while !condition() {
      if Date() > end { return false }
      usleep(2000)
    }
    return true
  }
}

/// Runs a program to its end; returns its status and what it printed to standard output and standard error.
public func printed(
  by program: String, _ arguments: [String], in folder: TemporaryFolder? = nil
) throws -> (status: Int32, text: String) {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = URL(filePath: folder.path) }
  let output = Pipe()
  (process.standardOutput, process.standardError) = (output, output)
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}
