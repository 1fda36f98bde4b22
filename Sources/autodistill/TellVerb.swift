import Studies

/// `autodistill tell STUDY FILE`
struct TellVerb: Verb {
  static let name = "tell"
  static let summary = "takes the results of trainings that were done elsewhere"
  static let operands = ["STUDY", "FILE"]
  static let options = ["--data"]
  static let help = """
    USAGE: autodistill tell STUDY FILE [--data DIR]

    Takes the results in FILE, as `autodistill ask` writes it, into the journal of the study in the folder
    STUDY, which must not be running: of all its trainings or, if one cannot be taken, of none. Trainings
    without a result are left out, and so are those that were told before or are known already. One that was
    told before with another result is refused, and so is one that the study would do otherwise now. A result has

      validation    right answers on the study's validation split: "correct", or "accuracy" as a share
      test          the same for the test split, where "uses_test" is true
      repeats       a list of such, of the same flash training with other seeds, where "repeated" is true
      outcome       "diverged" for a training that gave no result
      seconds       what it took

    and an evaluation may have "count", which is checked, and "negative_log_likelihood".

    --data DIR    where the named data set lies, instead of where the study says
    """

  private let folder: StudyFolder
  private let file: String
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    file = arguments.operands[1]
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let inputs = try StudyInputs(folder, dataFolder: dataFolder)
    let told = try TrainingsFile.told(
      file, of: inputs.calibrated(by: Journal.state(of: folder)))
    let new = try ElsewhereTrainings.take(told, in: inputs, version: ProgramVersion.current)
    Terminal.print("told:    \(new) of \(told.count) results are new")
    let next = CommandText.of(
      AskVerb.self, folder.path, "--output", file, dataFolder: dataFolder)
    Terminal.print("next:    \(next)")
    return .success
  }
}
