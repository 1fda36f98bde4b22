import Foundation
import Studies

/// `autodistill worker STUDY`: what `run` starts, here or behind `executor.command`.
struct WorkerVerb: Verb {
  static let name = "worker"
  static let summary = "serves a study's tasks on standard input"
  static let operands = ["STUDY"]
  static let options = ["--data"] + WorkerOrder.options
  static let help = """
    USAGE: autodistill worker STUDY [--data DIR]
           [--lease TOKEN --identity HEX [--beat S] [--orphan S] [--grace S]]

    Started by autodistill run. It takes tasks from standard input until that is closed; executor.command
    in study.json starts it on other machines, which see the study's folder under the same path.

    With --lease, as Slurm's jobs start it, it speaks with the run by files in STUDY/workers alone, and ends
    when the run says so, has been silent for --orphan seconds, or sends SIGTERM. --identity is what study,
    data and teacher must be, --beat the seconds between two signs of life, --grace the seconds after which
    files of other machines are seen here.
    """

  private let folder: StudyFolder
  private let dataFolder: String?
  private let order: WorkerOrder?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
    do {
      order = try WorkerOrder(
        arguments.value, environment: ProcessInfo.processInfo.environment)
    } catch {
      throw UsageError("\(error)", WorkerVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    // Ctrl-C reaches the whole group; the parent decides what becomes of the workers.
    signal(SIGINT, SIG_IGN)
    if let order {
      try RemoteWorker(folder, dataFolder: dataFolder, order: order).serve()
      return .success
    }
    Interruption.stopAtNextSafeMoment()
    WorkerLoop.serve(
      folder, dataFolder: dataFolder, isAsked: { Interruption.isRequested })
    return Interruption.isRequested ? Interruption.status : .success
  }
}
