import FileFormats
import Foundation

/// A CSV file that says something of every image, one a row.
struct DataTable {
  private let table: CSVTable

  /// Reads a file.
  ///
  /// - Throws: `FileFormatError` or `CSVError`; for a file that is no UTF-8 too.
  init(_ path: String) throws {
    table = try CSVTable(contentsOf: path)
  }

  /// The number of rows.
  var count: Int { table.count }

  /// Returns a column; nil if there is none.
  func column(_ name: String) -> CSVTable.Column? { table.columns.first { $0.name == name } }

  /// Returns a column.
  ///
  /// - Parameter meaning: What the column says, for the error.
  /// - Throws: `CSVError` with the columns that there are.
  func column(_ name: String, meaning: String) throws -> CSVTable.Column {
    if let column = column(name) { return column }
    let names = table.columns.map { "'\($0.name)'" }.joined(separator: ", ")
    throw CSVError(
      file: table.file, line: 1, column: nil, found: "the columns \(names)",
      expected: "one called \(name), \(meaning)")
  }

  /// Checks that no two rows say the same.
  ///
  /// - Throws: `CSVError` naming the second row of the two.
  func checkUnique(_ column: CSVTable.Column) throws {
    var first: [String: Int] = [:]
    for (row, field) in column.fields.enumerated() {
      if field.isEmpty { throw column.wrong(row, expected: "the path of a picture") }
      if let earlier = first.updateValue(row, forKey: field) {
        throw column.wrong(
          row, expected: "each picture once; it is on line \(column.lines[earlier]) too")
      }
    }
  }
}
