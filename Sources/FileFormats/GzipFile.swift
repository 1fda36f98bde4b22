import Foundation

/// Reading gzip files through the system's `gzip` program.
enum GzipFile {
  /// Returns the decompressed contents of a gzip file.
  ///
  /// - Throws: `FileFormatError.system` if the file cannot be opened, `.malformed` with gzip's own
  ///   words if it is cut short or corrupt, or if there is no `gzip`.
  static func read(_ path: String) throws -> Data {
    let descriptor = try SystemFile.openDescriptor(path, O_RDONLY, purpose: "read")
    let input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let output = Pipe()
    let messages = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = messages
    do {
      try process.run()
    } catch {
      throw failure(path, found: "no way to start /usr/bin/env gzip (\(error))")
    }
    // The output pipe is drained to its end before anything else, so gzip never waits for a reader.
    // Its messages are a few lines, which the other pipe's buffer holds until then.
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let message = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let text = String(decoding: message, as: UTF8.self)
        .split(separator: "\n").joined(separator: " ")
        .trimmingCharacters(in: .whitespaces)
      throw failure(path, found: text.isEmpty ? "status \(process.terminationStatus)" : text)
    }
    return data
  }

  private static func failure(_ path: String, found: String) -> FileFormatError {
    .malformed(
      path: path, location: "gzip stream", found: "'\(found)'", expected: "a complete gzip file")
  }
}
