import Studies

/// `autodistill report STUDY`
struct ReportVerb: Verb {
  static let name = "report"
  static let summary = "writes a study's report again, from its journal"
  static let operands = ["STUDY"]
  static let flags = ["--terminal"]
  static let help = """
    USAGE: autodistill report STUDY [--terminal]

    Writes report/index.html, report.md, front.csv, front.json and front.svg from what the journal
    holds now, finished or not. The data set need not be there.

    --terminal    writes nothing: prints the front as a chart in characters and a table, no wider than the
                  terminal, in ASCII where the locale is not UTF-8, in colour on a terminal without NO_COLOR
    """

  private let command: StudyCommand
  private let isForTerminal: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    isForTerminal = arguments.has("--terminal")
  }

  func run() throws -> ExitStatus {
    let files = try StudyFiles(command.folder)
    let state = try Journal.state(of: command.folder)
    try files.check(against: state)
    if isForTerminal {
      let lines = command.report(files, state).report.terminalLines(Terminal.style)
      Terminal.draw(lines.map { $0 + "\n" }.joined())
    } else {
      try command.writeReport(files, state)
    }
    return state.nothingFeasible == nil ? .success : .nothingFeasible
  }
}
