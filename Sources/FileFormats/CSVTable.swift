/// A table of comma-separated values, as text: fields are checked where they are used.
///
/// The first line names the columns. Fields may be quoted; lines end with LF or CR LF.
///
/// Source: RFC 4180, with either line end.
public struct CSVTable: Sendable {
  /// One column, with the place that each of its fields came from.
  public struct Column: Sendable {
    /// The name in the header.
    public let name: String
    /// The file, as errors name it.
    public let file: String
    /// One field a row.
    public internal(set) var fields: [String]
    /// For each row the line of the file that it begins on, from 1.
    public internal(set) var lines: [Int]
  }

  /// The columns in the order of the file; all of one length, no two of one name.
  public internal(set) var columns: [Column]
  /// What errors call the table.
  public let file: String

  /// The number of rows, without the header.
  public var count: Int { columns[0].fields.count }
}

extension CSVTable {
  /// Reads a table from a file.
  ///
  /// - Throws: `FileFormatError.system`, or `CSVError` as `init(text:file:)`.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path)
    if let error = file.withUnsafeBytes({ CSVError.otherEncoding($0, file: path) }) { throw error }
    guard let text = file.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw file.withUnsafeBytes { CSVError.brokenText($0, file: path) }
    }
    try self.init(text: text, file: path)
  }

  /// Reads a table from text.
  ///
  /// - Parameter file: What errors call the table.
  /// - Throws: `CSVError` for a table without rows, an empty or repeated name of a column,
  ///   a row with another number of fields than the header, or a quoted field without an end.
  public init(text: String, file: String) throws(CSVError) {
    var records = CSVRecords(text, file: file)
    guard let header = try records.next() else {
      throw CSVError(
        file: file, line: nil, column: nil, found: "an empty file", expected: "a table of values")
    }
    if let error = CSVError.otherSeparator(header.fields, line: header.line, file: file) {
      throw error
    }
    var names: Set<String> = []
    for name in header.fields where name.isEmpty || !names.insert(name).inserted {
      throw CSVError(
        file: file, line: header.line, column: nil,
        found: name.isEmpty ? "a column without a name" : "the column '\(name)' twice",
        expected: "a name of its own for each column")
    }
    self.file = file
    var fields = header.fields.map { _ in [String]() }
    var lines: [Int] = []
    while let record = try records.next() {
      guard record.fields.count == fields.count else {
        throw CSVError(
          file: file, line: record.line, column: nil, found: "\(record.fields.count) fields",
          expected: "\(fields.count), as in the header")
      }
      for (index, field) in record.fields.enumerated() { fields[index].append(field) }
      lines.append(record.line)
    }
    guard !lines.isEmpty else {
      throw CSVError(
        file: file, line: nil, column: nil, found: "a header alone", expected: "at least one row")
    }
    columns = zip(header.fields, fields).map { name, fields in
      Column(name: name, file: file, fields: fields, lines: lines)
    }
  }

  /// Returns the column of a name.
  ///
  /// - Throws: `CSVError` naming the columns that there are.
  public func column(_ name: String) throws(CSVError) -> Column {
    guard let column = columns.first(where: { $0.name == name }) else {
      throw CSVError(
        file: file, line: nil, column: nil,
        found: "the columns " + columns.map(\.name).joined(separator: ", "),
        expected: "a column '\(name)'")
    }
    return column
  }
}

extension CSVTable.Column {
  /// Returns the column's numbers; an empty field and `NaN` are NaN.
  ///
  /// - Throws: `CSVError` for the first field that is neither, or is infinite.
  public func numbers() throws(CSVError) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(fields.count)
    for (row, field) in fields.enumerated() {
      if field.isEmpty || field.lowercased() == "nan" {
        numbers.append(.nan)
      } else if let number = DecimalNumber.value(of: field) {
        numbers.append(number)
      } else {
        throw wrong(
          row, expected: field.contains(",") ? "a number with a decimal point" : "a number")
      }
    }
    return numbers
  }

  /// Returns the error that a row's field is not what was expected.
  public func wrong(_ row: Int, expected: String) -> CSVError {
    CSVError(
      file: file, line: lines[row], column: name,
      found: fields[row].isEmpty ? "an empty field" : "'\(fields[row])'", expected: expected)
  }
}

/// The records of a CSV text, one after the other.
private struct CSVRecords {
  private let bytes: [UInt8]
  private let file: String
  /// Where the records end: behind it are empty lines.
  private let end: Int
  private var position = 0
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
    let last = bytes.lastIndex { $0 != Self.lineFeed && $0 != Self.carriageReturn }
    end = last.map { $0 + 1 } ?? 0
    // Spreadsheets begin a file with a byte order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Returns the next record and the line it begins on; nil at the end. Empty lines at the end are
  /// no records.
  mutating func next() throws(CSVError) -> (line: Int, fields: [String])? {
    guard position < end else { return nil }
    let began = line
    var fields: [String] = []
    repeat { fields.append(try field()) } while skip(Self.comma)
    let endedByReturn = skip(Self.carriageReturn)
    if skip(Self.lineFeed) || endedByReturn { line += 1 }
    return (began, fields)
  }

  /// Skips a byte if it comes next.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func field() throws(CSVError) -> String {
    guard skip(Self.quote) else {
      let end =
        bytes[position...].firstIndex { byte in
          byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn
        } ?? bytes.count
      defer { position = end }
      return String(decoding: bytes[position..<end], as: UTF8.self)
    }
    let began = line
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == Self.lineFeed { line += 1 }
      if byte == Self.quote && !skip(Self.quote) {
        guard isAtEndOfField else { break }
        return String(decoding: text, as: UTF8.self)
      }
      text.append(byte)
    }
    throw CSVError(
      file: file, line: began, column: nil, found: "a quoted field without an end",
      expected: "a closing quote before the next comma")
  }

  private var isAtEndOfField: Bool {
    guard position < bytes.count else { return true }
    return [Self.comma, Self.lineFeed, Self.carriageReturn].contains(bytes[position])
  }
}
