extension CSVTable {
  /// Returns this table with the other columns of a second one, row by row.
  ///
  /// Rows belong together if they agree, as text, in all columns that both tables have; each must
  /// have exactly one partner. The rows keep this table's order.
  ///
  /// - Throws: `CSVError` if no column is in both tables, two rows of a table agree, or a row
  ///   has no partner.
  public func joined(with other: CSVTable) throws(CSVError) -> CSVTable {
    let theirs = Set(other.columns.map(\.name))
    let shared = columns.map(\.name).filter(theirs.contains)
    guard !shared.isEmpty else {
      throw CSVError(
        file: other.file, line: nil, column: nil, found: "no column that \(file) has as well",
        expected: "one of " + columns.map(\.name).joined(separator: ", "))
    }
    let partners = try other.rows(by: shared)
    var order: [Int] = []
    for (fields, row) in try rows(by: shared).sorted(by: { $0.value < $1.value }) {
      guard let partner = partners[fields] else {
        throw unmatched(row, in: shared, partners: other.file)
      }
      order.append(partner)
    }
    if order.count < other.count {
      let matched = Set(order)
      if let row = (0..<other.count).first(where: { !matched.contains($0) }) {
        throw other.unmatched(row, in: shared, partners: file)
      }
    }
    var joined = self
    for column in other.columns where !shared.contains(column.name) {
      var moved = column
      moved.fields = order.map { column.fields[$0] }
      moved.lines = order.map { column.lines[$0] }
      joined.columns.append(moved)
    }
    return joined
  }

  /// Returns the row with these fields in the columns of these names, for all rows.
  private func rows(by names: [String]) throws(CSVError) -> [[String]: Int] {
    let keys = columns.filter { names.contains($0.name) }.sorted { $0.name < $1.name }
    var rows: [[String]: Int] = [:]
    for row in 0..<count {
      let fields = keys.map { $0.fields[row] }
      if let first = rows.updateValue(row, forKey: fields) {
        throw CSVError(
          file: keys[0].file, line: keys[0].lines[row],
          column: keys.map(\.name).joined(separator: ", "),
          found: "'\(fields.joined(separator: ", "))' as on line \(keys[0].lines[first])",
          expected: "rows that differ here, to join the tables by it")
      }
    }
    return rows
  }

  /// Returns the table with some of its rows, in their order.
  public func keeping(_ rows: [Int]) -> CSVTable {
    var kept = self
    for index in columns.indices {
      kept.columns[index].fields = rows.map { columns[index].fields[$0] }
      kept.columns[index].lines = rows.map { columns[index].lines[$0] }
    }
    return kept
  }

  private func unmatched(_ row: Int, in names: [String], partners: String) -> CSVError {
    let keys = columns.filter { names.contains($0.name) }.sorted { $0.name < $1.name }
    return CSVError(
      file: keys[0].file, line: keys[0].lines[row],
      column: keys.map(\.name).joined(separator: ", "),
      found: "'\(keys.map { $0.fields[row] }.joined(separator: ", "))'",
      expected: "a row that \(partners) has as well")
  }
}
