import Reports
import Studies

/// `autodistill stability STUDY`
struct StabilityVerb: Verb {
  static let name = "stability"
  static let summary =
    "how often a study would have chosen the same students, had chance been other"
  static let operands = ["STUDY"]
  static let options = ["--repetitions", "--vary", "--retrain"] + StudyCommand.attackOptions
  static let flags = StudyCommand.runFlags + ["--json"]
  static let help = """
    USAGE: autodistill stability STUDY [--repetitions N] [--vary images|seeds|both] [--threads N]
           [--data DIR] [--max-time T] [--allow-commands] [--json]
           autodistill stability STUDY --retrain N [--workers N] [--threads N] [--data DIR]
           [--executor KIND] [--max-time T] [--max-cpu-hours H] [--allow-commands] [--json]

    Repeats the choices of a study whose full trainings have ended, with other validation images, other seeds or
    both: results are drawn anew from those that the journal has, the students for the full training are
    chosen by the study's own rule, and of these the student of each budget. Says for each budget how often
    each student is chosen, the entropy of the choice, how probable it is that the chosen student is the best of
    those that were trained, and the test against the next best. Nothing is trained; students that other results
    would have had fully trained come to what flash predicts of them.

    The repetitions are kept in stability.json of the study's folder, and the report shows them.

    With --retrain N nothing is drawn: the whole study is run N times more with other seeds, each as long as the
    study itself took, in repetitions/seed-S of its folder. Data, split and budget are the same; a teacher that
    the study trains is trained again. Says how often they choose as the study does, how probable that is by
    chance, the entropy, the spread of the accuracies, and the test against the next best by the trainings of
    the repetitions. They continue where they were stopped, those that have ended are not run again, and each
    is a study that status, report, verify and compare understand.

    --repetitions N            how many (default: \(StabilityStage.usualRepetitions))
    --vary images|seeds|both   what differs from repetition to repetition (default: both)
    --threads N                repetitions at once (default: one a core), or with --retrain threads for training
                               the teacher; changes no result
    --data DIR                 where the named data set lies, instead of where the study says
    --max-time T               ends with status \(ExitStatus.limitReached.rawValue) after 2h, 90m, 30s, 1h30m; only of --retrain something
                               is kept then
    --retrain N                runs the study N times more, 1 to \(RetrainingStage.mostRepetitions), with the seeds that follow its own
    --workers N, --executor KIND, --max-cpu-hours H   as for run; only with --retrain
    \(StudyCommand.commandsHelp)
    --json                     what was found as JSON, whose members Results/README.md documents
    """

  private let command: StudyCommand
  private let repetitions: Int
  private let variation: ChoiceStability.Variation
  /// Nil: the choices are repeated with results that are drawn anew.
  private let retrainings: Int?
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    repetitions =
      try arguments.integer("--repetitions", in: 10...100_000) ?? StabilityStage.usualRepetitions
    variation = try arguments.choice("--vary", of: ChoiceStability.Variation.self) ?? .both
    retrainings = try arguments.integer("--retrain", in: 1...RetrainingStage.mostRepetitions)
    isJSON = arguments.has("--json")
    let idle =
      retrainings == nil
      ? ["--workers", "--executor", "--max-cpu-hours"] : ["--repetitions", "--vary"]
    if let option = idle.first(where: { arguments.value($0) != nil }) {
      throw UsageError(
        retrainings == nil
          ? "\(option) is for --retrain N: without it nothing is trained"
          : "\(option) is for results that are drawn anew, and --retrain N draws none",
        StabilityVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    if let retrainings { return try retrain(retrainings) }
    let folder = command.folder
    try StabilityStage.checkIsTrained(StudyFiles(folder))
    let inputs = try command.inputs()
    let display = ProgressDisplay()
    defer { display.finish() }
    let context = try command.contextAfterwards(inputs, report: display.show)
    let stability = try StabilityStage(inputs, context: context)
      .run(repetitions: repetitions, varying: variation)
    display.finish()
    try command.show(StabilityReport(stability), asJSON: isJSON)
    return .success
  }

  private func retrain(_ count: Int) throws -> ExitStatus {
    let files = try StudyFiles(command.folder)
    try StabilityStage.checkIsTrained(files)
    try command.checkCommands()
    let (display, meter) = (ProgressDisplay(), RunMeter())
    defer { display.finish() }
    let retrained = try RetrainingStage(files).run(count) { number, repetition in
      display.show(
        .note(
          "repetition \(number) of \(count), seed \(repetition.seed): \(repetition.folder.path)"))
      try command.run(repetition, meter: meter, report: display.show)
    }
    display.finish()
    try command.show(RetrainedReport(retrained), asJSON: isJSON)
    return .success
  }
}
