import Studies

/// `autodistill run STUDY`
struct RunVerb: Verb {
  static let name = "run"
  static let summary = "everything that is still to do in a study, to the report"
  static let operands = ["STUDY"]
  static let options = StudyCommand.searchOptions
  static let flags = StudyCommand.runFlags
  static let help = """
    USAGE: autodistill run STUDY [--workers N] [--threads N] [--data DIR] [--executor KIND]
           [--max-time T] [--max-trials N] [--max-cpu-hours H] [--progress text|json]
           [--allow-commands]

    Runs the study in the folder STUDY, whose study.json says what is asked for: trains the teacher,
    searches with flash distillation, fully distils the chosen students and writes the report. Run
    again after a crash or Ctrl-C it continues where it was, and ends with the same front.

    \(StudyCommand.searchOptionsHelp)
    """

  private let command: StudyCommand

  init(_ arguments: Arguments) throws { command = try StudyCommand(arguments) }

  func run() throws -> ExitStatus { try command.run(through: .distillation) }
}

/// `autodistill search STUDY`
struct SearchVerb: Verb {
  static let name = "search"
  static let summary = "only the teacher and the flash trials"
  static let operands = ["STUDY"]
  static let options = StudyCommand.searchOptions
  static let flags = StudyCommand.runFlags
  static let help = """
    USAGE: autodistill search STUDY [--workers N] [--threads N] [--data DIR] [--executor KIND]
           [--max-time T] [--max-trials N] [--max-cpu-hours H] [--progress text|json]
           [--allow-commands]

    As `run`, but ends when all flash trials are done, and with them the audit's full trainings.

    \(StudyCommand.searchOptionsHelp)
    """

  private let command: StudyCommand

  init(_ arguments: Arguments) throws { command = try StudyCommand(arguments) }

  func run() throws -> ExitStatus { try command.run(through: .search) }
}

/// `autodistill distill STUDY`
struct DistillVerb: Verb {
  static let name = "distill"
  static let summary = "only the full trainings of a study whose search has ended"
  static let operands = ["STUDY"]
  static let options = StudyCommand.runOptions
  static let flags = StudyCommand.runFlags
  static let help = """
    USAGE: autodistill distill STUDY [--workers N] [--threads N] [--data DIR] [--executor KIND]
           [--max-time T] [--max-cpu-hours H] [--progress text|json]
           [--allow-commands]

    Fully distils the students that the search chose. The search must have ended.

    \(StudyCommand.runOptionsHelp)
    """

  private let command: StudyCommand

  init(_ arguments: Arguments) throws { command = try StudyCommand(arguments) }

  func run() throws -> ExitStatus {
    // A folder without a study says so, and not that something has to be run first.
    _ = try StudyFiles(command.folder)
    let state = try Journal.state(of: command.folder)
    guard state.searchEnded != nil || state.nothingFeasible != nil else {
      throw StudyError.missing(
        "\(command.folder.path): the search has not ended; run autodistill search "
          + command.folder.shellWord)
    }
    return try command.run(through: .distillation)
  }
}
