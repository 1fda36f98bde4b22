import FileFormats
import FlashBenchmark
import Studies

/// `autodistill bench flash FOLDER`
struct BenchFlash {
  static let options = ["--workers", "--data", "--table"]
  static let flags = ["--table-only"]

  /// Whether an option or flag is the flash benchmark's.
  static func owns(_ name: String) -> Bool { (options + flags).contains(name) }

  private let command: StudyCommand
  private let table: String?
  private let isTableOnly: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments, operand: 1)
    table = arguments.value("--table")
    isTableOnly = arguments.has("--table-only")
  }

  /// Trains what is missing, then prints or writes the table of what is there.
  func run() throws -> ExitStatus {
    Interruption.install()
    let inputs = try StudyInputs(command.folder, dataFolder: command.dataFolder)
    let benchmark = try FlashBenchmark(inputs)
    var status = ExitStatus.success
    if !isTableOnly {
      let display = ProgressDisplay()
      do {
        try benchmark.run(command.context(inputs, display))
        display.finish()
      } catch StudyError.interrupted {
        display.finish()
        Terminal.log(
          "interrupted; everything finished is kept. To continue: autodistill bench flash "
            + command.folder.path)
        status = .interrupted
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
