import Reports
import Studies

/// `autodistill status STUDY`
struct StatusVerb: Verb {
  static let name = "status"
  static let summary = "how a study is getting on, while it runs or not"
  static let operands = ["STUDY"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill status STUDY [--json]

    Shows on one screen where a study stands: whether and where it runs, trials, the best students so
    far, rate, time left and what that is made of, what is missing. It only reads, and disturbs nobody.
    Status 0 in any case in which the study can be read.

    --json    the same and more as JSON, whose members Results/README.md documents
    """

  private let folder: StudyFolder
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    isJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    var reader = try StatusReader(folder)
    let status = try reader.read()
    if isJSON {
      Terminal.print(status.json)
    } else {
      for line in Terminal.style.texts(status.lines) { Terminal.print(line) }
    }
    return .success
  }
}
