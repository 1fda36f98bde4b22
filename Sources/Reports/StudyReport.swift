import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Studies

/// The report of a study, finished or not: what was asked for, what was found, and how sure that is.
///
/// The same input gives the same bytes. `front.csv`, `front.json` and `front.svg` hold no times and no
/// paths, so that two runs of one study give the same files; of the machine `front.json` names the processor.
public struct StudyReport: Sendable {
  /// The files that `write(into:)` makes, in the order in which it makes them.
  public static let fileNames = [
    "front.csv", "front.json", "front.svg", "report.md", "index.html",
  ]

  let inputs: ReportInputs
  let model: ReportModel

  /// Computes a report.
  ///
  /// - Parameters:
  ///   - results: What `state` comes to, by `StudyResults`.
  ///   - space: The study's search space, for architectures in words.
  ///   - profiles: The study's hardware profiles, in its order.
  ///   - version: The version of the program that writes the report.
  ///   - leakage: What `autodistill leakage` has found of students.
  ///   - stability: What `autodistill stability` has found; nil where it was not asked.
  ///   - retrained: What repetitions of the study with other seeds have chosen; nil where there are none.
  public init(
    definition: StudyDefinition, state: StudyState, results: StudyResults, space: SearchSpace,
    profiles: [HardwareProfile], version: String, leakage: [LeakageResult] = [],
    stability: ChoiceStability? = nil, retrained: RetrainedChoices? = nil
  ) {
    inputs = ReportInputs(
      definition: definition, state: state, results: results,
      trials: TrialTable(definition, state, results), space: space, profiles: profiles,
      choices: results.choices(definition), leakage: leakage, stability: stability,
      retrained: retrained, version: version)
    model = ReportModel(inputs)
  }

  /// The result in sentences, the most important one first, as the report opens.
  public var headline: [String] { model.headline }

  /// Where nothing is feasible: why, and what would have to give; otherwise empty.
  public var infeasibility: [String] { inputs.infeasibilitySentences }

  /// What each of the study's budgets gets; empty without budgets or full trainings.
  public var budgets: [String] { inputs.budgetSentences }

  /// What an unfinished study still lacks; empty when it is done.
  public var missing: [String] { model.missing }

  /// Writes the report's files into a folder, which is made if it is not there.
  ///
  /// Each file is replaced as a whole or not at all.
  ///
  /// - Returns: The paths of the files.
  /// - Throws: `FileFormatError` with the path and the system's reason.
  @discardableResult
  public func write(into folder: String) throws -> [String] {
    try Folder.create(folder)
    return try files.map { name, text in
      let path = (folder as NSString).appendingPathComponent(name)
      try AtomicFile.write(text, to: path)
      return path
    }
  }

  /// The names and contents of the files.
  var files: [(name: String, text: String)] {
    let json = frontJSON
    return Array(
      zip(
        StudyReport.fileNames, [frontCSV, json, frontSVG, markdown, html(frontJSON: json)])
    ).map { (name: $0.0, text: $0.1) }
  }

  /// The table of `FrontTable`, by RFC 4180.
  var frontCSV: String { CSVWriter.text(model.front) }

  var frontJSON: String { JSONReport(inputs: inputs, table: model.front).text }

  /// The chart by itself, on white.
  var frontSVG: String {
    model.paretoChart.drawing(style: .style(ChartStyle.rules(.light))).source + "\n"
  }

  var markdown: String { MarkdownReport(model: model).text }

  var html: String { html(frontJSON: frontJSON) }

  /// The page; its script reads what `front.json` says of the trials that it shows.
  private func html(frontJSON: String) -> String {
    let json =
      inputs.trials.isSelection
      ? JSONReport(inputs: inputs, table: model.front, isForPage: true).text : frontJSON
    return HTMLReport(model: model, json: json).text
  }
}
