import Studies

/// `autodistill enqueue STUDY KEY…`
struct EnqueueVerb: Verb {
  static let name = "enqueue"
  static let summary = "students that a search shall try before it asks its sampler"
  static let operands = ["STUDY", "KEY…"]
  static let options = ["--data"]
  static let help = """
    USAGE: autodistill enqueue STUDY KEY… [--data DIR]

    Adds the students of one or more keys to the queue of the study in the folder STUDY, which may have
    begun but must not be running. They are tried next, in this order, and count as flash trials. A key
    has one character a parameter of the search space, the index of its value; front.csv and
    journal.jsonl show some. The name of a reference design of the space may stand for its key. What is
    always to be tried first belongs into search.enqueue of study.json.

    --data DIR    where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let keys: [String]
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    keys = Array(arguments.operands.dropFirst())
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let inputs = try StudyInputs(folder, dataFolder: dataFolder)
    let queue = try StudyQueue.append(keys, to: inputs, version: ProgramVersion.current)
    Terminal.print("queue:   \(queue.keys.joined(separator: " "))")
    Terminal.print("next:    \(CommandText.of(RunVerb.self, folder.path, dataFolder: dataFolder))")
    return .success
  }
}
