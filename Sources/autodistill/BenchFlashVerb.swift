import FileFormats
import FlashBenchmark
import Studies

/// `autodistill bench flash FOLDER`
struct BenchFlashVerb: Verb {
  static let name = "bench flash"
  static let summary = "how well flash trainings rank students"
  static let operands = ["FOLDER"]
  static let options = StudyCommand.options + ["--table"]
  static let flags = ["--table-only"]
  static let help = """
    USAGE: autodistill bench flash FOLDER [--workers N] [--threads N] [--data DIR] [--table FILE]
                                   [--table-only]

    Measures flash recipes in a folder with a study.json and a benchmark.json: students drawn at
    random get the full training, several seeds of it, and the flash training of every recipe; the
    table says how well what flash says ranks them. Run again after a crash or Ctrl-C it continues
    where it was: runs.jsonl keeps what was trained.

    --workers N       worker processes; the number does not change any result
    --threads N       threads for training the teacher
    --data DIR        where the named data set lies, instead of where the study says
    --table FILE      where to write the table, as Markdown (default: it is printed)
    --table-only      train nothing: the table of what runs.jsonl holds
    """

  private let command: StudyCommand
  private let table: String?
  private let isTableOnly: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    table = arguments.value("--table")
    isTableOnly = arguments.has("--table-only")
  }

  /// Trains what is missing, then prints or writes the table of what is there.
  func run() throws -> ExitStatus {
    let inputs = try StudyInputs(command.folder, dataFolder: command.dataFolder)
    Interruption.stopAtNextSafeMoment()
    let benchmark = try FlashBenchmark(inputs)
    var status = ExitStatus.success
    if !isTableOnly {
      let display = ProgressDisplay()
      do {
        try benchmark.run(command.context(inputs, report: display.show))
        display.finish()
      } catch StudyError.interrupted {
        display.finish()
        Terminal.log(
          "interrupted; everything finished is kept. To continue: autodistill bench flash "
            + command.folder.shellWord)
        status = Interruption.status
      }
    }
    let page = try benchmark.table()
    if let table {
      try AtomicFile.write(page, to: table)
    } else {
      Terminal.print(page)
    }
    return status
  }
}
