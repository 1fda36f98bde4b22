import Studies

/// `autodistill merge STUDY STUDY… --output DIR`
struct MergeVerb: Verb {
  static let name = "merge"
  static let summary = "several studies on the same question as one"
  static let operands = ["STUDY", "STUDY…"]
  static let options = ["--output", "--data"]
  static let help = """
    USAGE: autodistill merge STUDY STUDY… --output DIR [--data DIR]

    Makes a new study in the folder DIR that has the flash trials and full trainings of all the given
    ones. They must have the same data, teacher, search space, recipes, devices, limits and objectives;
    their seeds and their trials may differ. Of a student that several have tried the first result with an
    accuracy counts, and what another seed gave is a repeat. `run` on the new study then chooses finalists
    among all trials and trains what is missing; `search.trials` may be raised in its study.json.

    --output DIR    the new study's folder, which must not be there or be empty
    --data DIR      where the named data set lies, instead of where the studies say
    """

  private let studies: [String]
  private let output: String
  private let dataFolder: String?

  init(_ arguments: Arguments) throws {
    studies = arguments.operands
    guard let output = arguments.value("--output") else {
      throw UsageError("--output is missing: the new study's folder")
    }
    self.output = output
    dataFolder = arguments.value("--data")
  }

  func run() throws -> ExitStatus {
    let merged = try StudyMerge(studies, dataFolder: dataFolder)
      .write(to: output, version: ProgramVersion.current)
    Terminal.print(
      "merged:  \(merged.trials) flash trials, \(merged.fullTrainings) full trainings")
    Terminal.print("next:    \(CommandText.of(RunVerb.self, output, dataFolder: dataFolder))")
    return .success
  }
}
