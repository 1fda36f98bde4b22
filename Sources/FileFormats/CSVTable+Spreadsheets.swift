extension CSVError {
  /// That a file is UTF-16, which spreadsheets write as "Unicode text"; nil for any other.
  ///
  /// It has a byte order mark, or a zero in every second byte of its first characters.
  static func otherEncoding(_ bytes: some Collection<UInt8>, file: String) -> CSVError? {
    let start = Array(bytes.prefix(8))
    let hasMark = start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
    let hasZeros =
      start.count >= 4
      && [0, 1].contains { first in
        stride(from: first, to: start.count, by: 2).allSatisfy { start[$0] == 0 }
      }
    guard hasMark || hasZeros else { return nil }
    return CSVError(
      file: file, line: 1, column: nil, found: "a text in UTF-16",
      expected: "UTF-8 (a spreadsheet's \"CSV UTF-8\", or iconv -f UTF-16 -t UTF-8)")
  }

  /// That a file is not UTF-8: one of other letters, of which two could be read as one, or no text at all.
  static func brokenText(_ bytes: UnsafeRawBufferPointer, file: String) -> CSVError {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let broken = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    return CSVError(
      file: file, line: broken + 1, column: nil, found: "bytes that are no text in UTF-8",
      expected: "UTF-8 (a spreadsheet's \"CSV UTF-8\", or iconv -f LATIN1 -t UTF-8)")
  }

  /// That a header has one name with semicolons or tabs in it, as spreadsheets write tables where the comma parts
  /// decimals; nil for any other.
  static func otherSeparator(_ header: [String], line: Int, file: String) -> CSVError? {
    guard header.count == 1,
      let separator = header[0].first(where: { $0 == ";" || $0 == "\t" })
    else { return nil }
    return CSVError(
      file: file, line: line, column: nil, found: "'\(header[0])'",
      expected: "names parted by commas, not by \(separator == ";" ? "semicolons" : "tabs"), "
        + "and points in numbers: 0.75, not 0,75")
  }
}
