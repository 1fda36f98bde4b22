import Foundation
import Studies

/// `autodistill worker STUDY`: what `run` starts; not for people.
struct WorkerVerb: Verb {
  static let name = "worker"
  static let summary = "serves a study's tasks on standard input"
  static let operands = ["STUDY"]
  static let options = ["--data"]
  static let help = "USAGE: autodistill worker STUDY [--data DIR]\n\nStarted by autodistill run."

  private let folder: StudyFolder
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    // Ctrl-C reaches the whole group; the parent decides what becomes of the workers.
    signal(SIGINT, SIG_IGN)
    Interruption.stopAtNextSafeMoment()
    WorkerLoop.serve(
      folder, dataFolder: dataFolder, isAsked: { Interruption.isRequested })
    return Interruption.isRequested ? Interruption.status : .success
  }
}
