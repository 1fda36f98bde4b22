import FileFormats
import Foundation
import Studies

/// `autodistill report STUDY`
struct ReportVerb: Verb {
  static let name = "report"
  static let summary = "writes a study's report again, from its journal"
  static let operands = ["STUDY"]
  static let options = ["--output"]
  static let flags = ["--terminal"]
  static let help = """
    USAGE: autodistill report STUDY [--output DIR] [--terminal]

    Writes report/index.html, report.md, front.csv, front.json and front.svg from what the journal
    holds now, finished or not. The data set need not be there.

    --output DIR  writes them into this folder instead, such as for a study that cannot be written to
    --terminal    writes nothing: prints the front as a chart in characters and a table, no wider than the
                  terminal, in ASCII where the locale is not UTF-8, in colour on a terminal without NO_COLOR
    """

  private let command: StudyCommand
  private let output: String?
  private let isForTerminal: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    output = arguments.value("--output")
    isForTerminal = arguments.has("--terminal")
    guard output == nil || !isForTerminal else {
      throw UsageError("--output and --terminal exclude each other", ReportVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    let files = try StudyFiles(command.folder)
    let state = try Journal.state(of: command.folder)
    try files.check(against: state)
    if isForTerminal {
      let lines = command.report(files, state).report.terminalLines(Terminal.style)
      Terminal.draw(lines.map { $0 + "\n" }.joined())
    } else {
      try write(files, state)
    }
    return state.nothingFeasible == nil ? .success : .nothingFeasible
  }

  private func write(_ files: StudyFiles, _ state: StudyState) throws {
    do {
      try command.writeReport(files, state, into: output)
    } catch let error as FileFormatError {
      if output == nil, case .system(_, _, let code) = error,
        [EROFS, EACCES, EPERM].contains(code)
      {
        let elsewhere = CommandText.of(
          ReportVerb.self, command.folder.path, "--output", "report")
        Terminal.log("to write the report elsewhere: \(elsewhere)")
      }
      throw error
    }
  }
}
