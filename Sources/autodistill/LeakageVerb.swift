import Distillation
import Foundation
import Reports
import Studies

/// `autodistill leakage STUDY [KEY]…`
struct LeakageVerb: Verb {
  static let name = "leakage"
  static let summary = "what students give away about the images that they were trained on"
  static let operands = ["STUDY", "[KEY]…"]
  static let options = StudyCommand.attackOptions + ["--shadows", "--teacher-shadows"]
  static let flags = StudyCommand.runFlags + ["--json"]
  static let help = """
    USAGE: autodistill leakage STUDY [KEY]… [--shadows N] [--teacher-shadows N] [--workers N] [--threads N]
           [--data DIR] [--executor KIND] [--max-time T] [--max-cpu-hours H] [--allow-commands] [--json]

    Attacks students of a study, to see how well it can be told from what they answer whether an image was
    among those that they were trained on. KEY as front.csv names it, or best: the most accurate student on
    the front, which is also what is attacked without a KEY.

    By the loss: a threshold on it, training images against as many test images, on the student and on its
    teacher, whose difference is what releasing the student instead of the teacher gains.

    By likelihood ratios (LiRA): N shadow students with the teacher and N without it are trained, by the study's
    full recipe on a random half of the training images each. Each is attacked in its turn, with the others for
    comparison; the difference of both kinds is what the teacher adds to the leak or takes from it. That is 2 N
    trainings of half the length of a full one.

    With --teacher-shadows N the teacher is attacked by likelihood ratios as well: the study's own training of it
    is done N times on a random half of the training images, with one thread each. That is dear: half of what
    the teacher took, N times. With as many shadows of the student, teacher and student are compared on the same
    halves. Without it the loss threshold alone is tried on the teacher, and the table says so. A teacher that
    the study did not train cannot be attacked so.

    An area of 0.5 is guessing; all areas have 95 % intervals. What is found is kept in
    candidates/KEY/leakage.json, and the report shows it. Stopped by Ctrl-C or a limit, the same command
    continues. A study of int8 is attacked in fp32, in which its students are trained.

    --shadows N    shadow students of each kind, 0 for none now (what was found with some stays), else from \(LikelihoodRatioAttack.fewestShadows) on (default: \(LeakageStage.usualShadows))
    --teacher-shadows N   shadows of the teacher, 0 or from \(LikelihoodRatioAttack.fewestShadows) on (default: 0)
    \(StudyCommand.attackOptionsHelp)
    --json         what was found as JSON, whose members Results/README.md documents
    """

  private let command: StudyCommand
  private let keys: [String]
  private let shadows: Int
  private let teacherShadows: Int
  private let isJSON: Bool

  init(_ arguments: Arguments) throws {
    command = try StudyCommand(arguments)
    let named = Array(arguments.operands.dropFirst())
    keys = named.isEmpty ? ["best"] : named
    shadows = try LeakageVerb.count("--shadows", arguments) ?? LeakageStage.usualShadows
    teacherShadows = try LeakageVerb.count("--teacher-shadows", arguments) ?? 0
    isJSON = arguments.has("--json")
  }

  /// Returns a number of shadows: 0, or enough of them.
  private static func count(_ option: String, _ arguments: Arguments) throws -> Int? {
    guard let count = try arguments.integer(option, in: 0...512) else { return nil }
    guard count == 0 || count >= LikelihoodRatioAttack.fewestShadows else {
      throw UsageError(
        "\(option): got '\(count)', expected 0 or a whole number from "
          + "\(LikelihoodRatioAttack.fewestShadows) to 512", LeakageVerb.self)
    }
    return count
  }

  func run() throws -> ExitStatus {
    let folder = command.folder
    // A folder without a student says so before anything is prepared in it.
    let keys = try keys.map { try StudentWeights.key($0, in: folder) }
    let inputs = try command.inputs()
    let display = ProgressDisplay()
    defer { display.finish() }
    let context = try command.contextAfterwards(inputs, report: display.show)
    let results = try LeakageStage(inputs, context: context)
      .run(keys, shadows: shadows, teacherShadows: teacherShadows)
    display.finish()
    try command.show(LeakageReport(results), asJSON: isJSON)
    return .success
  }
}
