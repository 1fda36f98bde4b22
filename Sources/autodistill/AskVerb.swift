import FileFormats
import Foundation
import Studies

/// `autodistill ask STUDY --output FILE`
struct AskVerb: Verb {
  static let name = "ask"
  static let summary = "the trainings that a study needs next, to be done elsewhere"
  static let operands = ["STUDY"]
  static let options = ["--count", "--output", "--models", "--threads", "--data"]
  static let flags = StudyCommand.runFlags
  static let help = """
    USAGE: autodistill ask STUDY --output FILE [--count N] [--models DIR] [--threads N] [--data DIR]
           [--allow-commands]

    Continues the study in the folder STUDY as `run` does, but leaves the students' trainings to you:
    FILE names those that come next, as JSON: which student, how it is trained, on how many images.
    Put what each came to into its "result", such as

        "result": {"validation": {"correct": 4512}}, or {"outcome": "diverged"}

    and hand the file to `autodistill tell`. Asked again, it gives the same until something is told.
    The teacher is trained here, unless the study has its weights. What is told is never trained
    again, not by `run` either. Where nothing is left to do, the report is written, and the list of
    trainings in FILE is empty.

    --output FILE    where to write the trainings
    --count N        at most so many (default: search.look_ahead; the search never gives more)
    --models DIR     also writes each student there, untrained, as KEY.onnx
    --threads N      threads for training the teacher (default: one a core)
    --data DIR       where the named data set lies, instead of where the study says

    \(StudyCommand.commandsHelp)
    """

  private let command: StudyCommand
  private let count: Int?
  private let output: String
  private let models: String?

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    count = try arguments.integer("--count", in: 1...1024)
    guard let output = arguments.value("--output") else {
      throw UsageError("--output is missing: the file to write the trainings to")
    }
    self.output = output
    models = arguments.value("--models")
  }

  func run() throws -> ExitStatus {
    let inputs = try command.inputs()
    Interruption.stopAtNextSafeMoment()
    let display = ProgressDisplay()
    let (state, trainings) = try ElsewhereTrainings(
      inputs, context: command.context(inputs, report: display.show)
    ).next(count ?? inputs.definition.search.lookAhead)
    display.finish()
    let text = TrainingsFile.text(trainings, of: inputs.calibrated(by: state)) { training in
      models.map { AskVerb.model(training, in: $0) }
    }
    if trainings.isEmpty {
      // Whoever reads the file in a loop must not find the trainings of before in it.
      try AtomicFile.write(text, to: output)
      Terminal.print("asked:   nothing, as no training is left to do; \(output) has no trainings")
      try command.writeReport(inputs.files, state)
      return state.nothingFeasible == nil ? .success : .nothingFeasible
    }
    if let models { try write(trainings, to: models) }
    try AtomicFile.write(text, to: output)
    Terminal.print(
      "asked:   \(trainings.count) training\(trainings.count == 1 ? "" : "s") in \(output)")
    let next = CommandText.of(
      TellVerb.self, command.folder.path, output, dataFolder: command.dataFolder)
    Terminal.print("next:    \(next)")
    return .success
  }

  private static func model(_ training: AskedTraining, in folder: String) -> String {
    (folder as NSString).appendingPathComponent("\(training.name.key).onnx")
  }

  private func write(_ trainings: [AskedTraining], to folder: String) throws {
    try Folder.create(folder)
    for training in trainings {
      try training.writeModel(to: AskVerb.model(training, in: folder))
    }
  }
}
