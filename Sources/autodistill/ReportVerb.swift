import Studies

/// `autodistill report STUDY`
struct ReportVerb: Verb {
  static let name = "report"
  static let summary = "writes a study's report again, from its journal"
  static let operands = ["STUDY"]
  static let help = """
    USAGE: autodistill report STUDY

    Writes report/index.html, report.md, front.csv, front.json and front.svg from what the journal
    holds now, finished or not. The data set need not be there.
    """

  private let command: StudyCommand

  init(_ arguments: Arguments) throws { command = try StudyCommand(arguments) }

  func run() throws -> ExitStatus {
    let files = try StudyFiles(command.folder)
    let state = try Journal.state(of: command.folder)
    try files.check(against: state)
    try command.writeReport(files, state)
    return state.nothingFeasible == nil ? .success : .nothingFeasible
  }
}
