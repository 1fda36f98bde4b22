import Distillation
import Foundation
import Reports
import Studies

/// `autodistill leakage STUDY [KEY]…`
struct LeakageVerb: Verb {
  static let name = "leakage"
  static let summary = "what students give away about the images that they were trained on"
  static let operands = ["STUDY", "[KEY]…"]
  static let options = StudyCommand.attackOptions + ["--shadows"]
  static let flags = StudyCommand.runFlags + ["--json"]
  static let help = """
    USAGE: autodistill leakage STUDY [KEY]… [--shadows N] [--workers N] [--threads N] [--data DIR]
           [--executor KIND] [--max-time T] [--max-cpu-hours H] [--allow-commands] [--json]

    Attacks students of a study, to see how well it can be told from what they answer whether an image was
    among those that they were trained on. KEY as front.csv names it, or best: the most accurate student on
    the front, which is also what is attacked without a KEY.

    By the loss: a threshold on it, training images against as many test images, on the student and on its
    teacher, whose difference is what releasing the student instead of the teacher gains.

    By likelihood ratios (LiRA): N shadow students with the teacher and N without it are trained, by the study's
    full recipe on a random half of the training images each. Each is attacked in its turn, with the others for
    comparison; the difference of both kinds is what the teacher adds to the leak or takes from it. That is 2 N
    trainings of half the length of a full one.

    An area of 0.5 is guessing; all areas have 95 % intervals. What is found is kept in
    candidates/KEY/leakage.json, and the report shows it. Stopped by Ctrl-C or a limit, the same command
    continues. A study of int8 is attacked in fp32, in which its students are trained.

    --shadows N    shadow students of each kind, 0 for none, else from \(LikelihoodRatioAttack.fewestShadows) on (default: \(LeakageStage.usualShadows))
    \(StudyCommand.attackOptionsHelp)
    --json         what was found as JSON, whose members Results/README.md documents
    """

  private let command: StudyCommand
  private let keys: [String]
  private let shadows: Int
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    let named = Array(arguments.operands.dropFirst())
    keys = named.isEmpty ? ["best"] : named
    shadows = try arguments.integer("--shadows", in: 0...512) ?? LeakageStage.usualShadows
    isJSON = arguments.has("--json")
    guard shadows == 0 || shadows >= LikelihoodRatioAttack.fewestShadows else {
      throw UsageError(
        "--shadows: got '\(shadows)', expected 0 or a whole number from "
          + "\(LikelihoodRatioAttack.fewestShadows) to 512", LeakageVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    let folder = command.folder
    // A folder without a student says so before anything is prepared in it.
    let keys = try keys.map { try StudentWeights.key($0, in: folder) }
    let inputs = try command.inputs()
    let display = ProgressDisplay()
    defer { display.finish() }
    let context = try command.contextAfterwards(inputs, report: display.show)
    let results = try LeakageStage(inputs, context: context).run(keys, shadows: shadows)
    display.finish()
    let place = try command.refreshReport()
    let text = LeakageReport(results)
    Terminal.print(isJSON ? text.json : text.lines.joined(separator: "\n"))
    if !isJSON { Terminal.print(place) }
    return .success
  }
}
