/// How often a study's choices are made again, in the words of the report and of commands.
protocol ChoiceWords {
  /// The budget and the chosen trial first.
  static var columns: [ReportTable.Column] { get }
  /// Of each budget, a cell for each column.
  var rows: [[String]] { get }
  /// What the numbers are of.
  var basis: [String] { get }
}

extension ChoiceWords {
  /// A few lines for each budget, and what the numbers are of.
  var lines: [String] {
    rows.flatMap { row in
      ["\(row[0]): trial \(row[1])"]
        + zip(Self.columns, row).dropFirst(2).map { "  \($0.title): \($1)" }
    } + basis
  }
}
