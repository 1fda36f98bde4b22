import Reports
import Studies

/// `autodistill stability STUDY`
struct StabilityVerb: Verb {
  static let name = "stability"
  static let summary =
    "how often a study would have chosen the same students, had chance been other"
  static let operands = ["STUDY"]
  static let options = ["--repetitions", "--vary", "--threads", "--data", "--max-time"]
  static let flags = StudyCommand.runFlags + ["--json"]
  static let help = """
    USAGE: autodistill stability STUDY [--repetitions N] [--vary images|seeds|both] [--threads N]
           [--data DIR] [--max-time T] [--allow-commands] [--json]

    Repeats the choices of a study whose full trainings have ended, with other validation images, other seeds or
    both: results are drawn anew from those that the journal has, the students for the full training are
    chosen by the study's own rule, and of these the student of each budget. Says for each budget how often
    each student is chosen, the entropy of the choice, how probable it is that the chosen student is the best of
    those that were trained, and the test against the next best. Nothing is trained; students that other results
    would have had fully trained come to what flash predicts of them.

    The repetitions are kept in stability.json of the study's folder, and the report shows them. A repetition with
    trainings of its own is a study of its own: copy study.json into another folder with another "seed", and
    compare both by autodistill compare.

    --repetitions N            how many (default: \(StabilityStage.usualRepetitions))
    --vary images|seeds|both   what differs from repetition to repetition (default: both)
    --threads N                repetitions at once (default: one a core); changes no result
    --data DIR                 where the named data set lies, instead of where the study says
    --max-time T               ends with status \(ExitStatus.limitReached.rawValue) after 2h, 90m, 30s, 1h30m; nothing is kept then
    \(StudyCommand.commandsHelp)
    --json                     what was found as JSON, whose members Results/README.md documents
    """

  private let command: StudyCommand
  private let repetitions: Int
  private let variation: ChoiceStability.Variation
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    repetitions =
      try arguments.integer("--repetitions", in: 10...100_000) ?? StabilityStage.usualRepetitions
    variation = try arguments.choice("--vary", of: ChoiceStability.Variation.self) ?? .both
    isJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let folder = command.folder
    try StabilityStage.checkIsTrained(StudyFiles(folder))
    let inputs = try command.inputs()
    let display = ProgressDisplay()
    defer { display.finish() }
    let context = try command.contextAfterwards(inputs, report: display.show)
    let stability = try StabilityStage(inputs, context: context)
      .run(repetitions: repetitions, varying: variation)
    display.finish()
    let place = try command.refreshReport()
    let report = StabilityReport(stability)
    Terminal.print(isJSON ? report.json : report.lines.joined(separator: "\n"))
    if !isJSON { Terminal.print(place) }
    return .success
  }
}
