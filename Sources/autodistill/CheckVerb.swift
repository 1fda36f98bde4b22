import Comparisons
import FrontFiles
import Reports
import Studies

/// `autodistill check STUDY`
struct CheckVerb: Verb {
  static let name = "check"
  static let summary = "says whether a study keeps requirements, for build servers"
  static let options = [
    "--require", "--against", "--no-worse", "--confidence", "--floor", "--format",
  ]
  static let operands = ["STUDY"]
  static let help = """
    USAGE: autodistill check STUDY --require 'latency_ms<=2' --require 'accuracy>=0.90'
           [--against BASELINE --no-worse 'accuracy@latency_ms<=2'] [--confidence 0.95]
           [--floor SHARE] [--format text|json|junit|github]

    Ends with 0 if one student of the study keeps all requirements and nothing is worse than in the
    baseline, with 1 if not. STUDY and BASELINE are study folders or files front.json. Of a folder the
    journal is read as well: a damaged one is an error, and an unfinished study, or a front.json that is not
    what the journal gives, is remarked on standard error and in the JSON.

    --require BOUND    any number of a student in front.json: costs, accuracy (the validation split's),
                       test_accuracy, and metrics such as macro_f1 or test_macro_f1; accuracies count by their
                       lower bound, predicted costs by their upper one
    --against STUDY    the baseline of --no-worse
    --no-worse A@B     the accuracy A (accuracy or test_accuracy) of the best student within the budget B, which
                       may be several bounds with commas between them, must not have become significantly worse
    --confidence P     of bounds, tests and predicted costs (default 0.95, and for costs the study's own)
    --floor SHARE      the least loss of accuracy that counts (default 0.003: 0.3 points)
    --format FORMAT    text, json, junit (XML for a build server) or github (annotations) (default: text)
    """

  enum Format: String, CaseIterable {
    case text
    case json
    case junit
    case github
  }

  private let path: String
  private let baseline: String?
  private let demands: FrontCheck.Demands
  private let format: Format

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    baseline = arguments.value("--against")
    format = try arguments.choice("--format", of: Format.self) ?? .text
    let confidence = try arguments.probability("--confidence")
    do {
      demands = FrontCheck.Demands(
        bounds: try arguments.values("--require").flatMap { try MetricBound.all(in: $0) },
        comparisons: try arguments.values("--no-worse").map { try NoWorse($0) },
        confidence: confidence ?? 0.95, costConfidence: confidence,
        floor: try arguments.number("--floor", in: 0...1) ?? ChangeRule.usualFloor)
    } catch let error as MetricBoundError {
      throw UsageError("\(error)")
    }
    for bound in demands.bounds where bound.isBeyondShares {
      throw UsageError(
        "--require: got '\(bound)', expected a share between 0 and 1, such as \(bound.metric)"
          + "\(bound.relation.rawValue)0.9: \(bound.metric) is no percentage")
    }
    guard !demands.bounds.isEmpty || !demands.comparisons.isEmpty else {
      throw UsageError("check needs --require or --no-worse", CheckVerb.self)
    }
    guard demands.comparisons.isEmpty == (baseline == nil) else {
      throw UsageError("--against and --no-worse need each other", CheckVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    var remarks: [String] = []
    for path in [path] + (baseline.map { [$0] } ?? []) {
      remarks += try StudyReport.remarks(
        onFrontIn: StudyFolder(path), version: ProgramVersion.current
      ).map { "\(path): \($0)" }
    }
    let check = try FrontCheck(
      FrontFile(contentsOf: path), against: baseline.map { try FrontFile(contentsOf: $0) }, demands)
    let report = CheckReport(check, remarks: remarks)
    for remark in remarks { Terminal.log(remark) }
    switch format {
    case .text: Terminal.print(report.text)
    case .json: Terminal.print(report.json)
    case .junit: Terminal.print(report.junit)
    case .github: Terminal.print(report.annotations)
    }
    return check.isMet ? .success : .requirementNotMet
  }
}
