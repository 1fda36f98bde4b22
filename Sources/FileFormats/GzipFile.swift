import Foundation

/// Reading gzip files through the system's `gzip` program.
enum GzipFile {
  /// Returns the decompressed contents of a gzip file, in a file of their own; little memory is used.
  ///
  /// - Parameters:
  ///   - scratchFolder: On which disk there is room for them.
  ///   - limit: Returns the size of the whole contents as their beginning says; nil if it does not say so. No
  ///     more than this is unpacked: a small file can hold terabytes of zeros.
  /// - Throws: `FileFormatError.system` if the file cannot be opened, `.malformed` with gzip's own
  ///   words if it is cut short or corrupt, if more comes out than should, or if there is no `gzip`.
  static func expanded(
    _ path: String, scratchFolder: String, limit: (_ beginning: Data) -> Int?
  ) throws -> RandomAccessFile {
    let descriptor = try SystemFile.openDescriptor(path, O_RDONLY | O_NONBLOCK, purpose: "read")
    let input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try SystemFile.checkRegular(descriptor, path: path)
    let compressedBytes = try SystemFile.byteCount(of: descriptor, path: path)
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
    defer {
      // Where something has gone wrong here, nobody takes what gzip still has.
      if process.isRunning { process.terminate() }
    }
    var scratch = try ScratchFile(in: scratchFolder)
    var beginning = Data()
    var expected: Int?
    // The output pipe is drained to its end before anything else, so gzip never waits for a reader.
    // Its messages are a few lines, which the other pipe's buffer holds until then.
    while let piece = try output.fileHandleForReading.read(upToCount: 1 << 20), !piece.isEmpty {
      if expected == nil, beginning.count < largestHeader {
        beginning += piece.prefix(largestHeader - beginning.count)
        expected = limit(beginning)
        if let expected, expected / Inflater.greatestRatio > compressedBytes {
          throw failure(
            path, found: "\(compressedBytes) compressed bytes",
            expected:
              "those of \(expected) bytes, as its header says: gzip never saves more than a factor "
              + "of \(Inflater.greatestRatio)")
        }
      }
      let mostBytes = expected ?? largestHeader
      guard scratch.byteCount + piece.count <= mostBytes else {
        throw failure(
          path, found: "more than \(mostBytes) bytes of contents",
          expected: expected.map { "\($0) bytes, as its header says" }
            ?? "an IDX file, or an NPY file where the name ends in .npy.gz")
      }
      try piece.withUnsafeBytes { try scratch.append($0) }
    }
    let message = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let text = String(decoding: message, as: UTF8.self)
        .split(separator: "\n").joined(separator: " ")
        .trimmingCharacters(in: .whitespaces)
      throw failure(path, found: "'\(text.isEmpty ? "status \(process.terminationStatus)" : text)'")
    }
    return try RandomAccessFile(scratch, path: path)
  }

  /// The size of a header, or of what is unpacked in the search for one.
  private static let largestHeader = 1 << 16

  private static func failure(
    _ path: String, found: String, expected: String = "a complete gzip file"
  ) -> FileFormatError {
    .malformed(path: path, location: "gzip stream", found: found, expected: expected)
  }
}
