import Comparisons
import FileFormats
import Foundation
import FrontFiles
import Reports
import Studies

/// `autodistill compare BEFORE AFTER…`
struct CompareVerb: Verb {
  static let name = "compare"
  static let summary = "says what differs between studies, and whether it is real"
  static let options = ["--format", "--output", "--svg", "--cost", "--confidence", "--floor"]
  static let operands = ["BEFORE", "AFTER…"]
  static let help = """
    USAGE: autodistill compare BEFORE AFTER… [--format markdown|html|json] [--output FILE] [--svg FILE]
           [--cost METRIC] [--confidence P] [--floor SHARE]

    Compares studies with the first of them: who wins within each budget, what the fronts are worth, which
    students came and went, and what differs in the question. BEFORE and AFTER are study folders or files
    front.json. A difference that cannot be told from chance is marked ~. Students are chosen by validation
    accuracy and judged by test accuracy, where all have one. Studies on other test images, or with latencies
    by another protocol, are refused with the reason (exit status 3).

    --format FORMAT    markdown (under 60 kB, for a pull request: the first line is a marker by which a bot
                       finds its comment again), html (one page), json (default: markdown)
    --output FILE      where to write; standard output otherwise
    --svg FILE         also writes the chart of the fronts, which Markdown then shows
    --cost METRIC      compares by this cost alone, at levels that both studies reach (such as macs)
    --confidence P     of tests and intervals (default 0.95)
    --floor SHARE      the least difference of accuracies that counts (default 0.003: 0.3 points)
    """

  enum Format: String, CaseIterable {
    case markdown
    case html
    case json
  }

  private let paths: [String]
  private let format: Format
  private let output: String?
  private let svg: String?
  private let cost: String?
  private let rule: ChangeRule

  init(_ arguments: Arguments) throws {
    paths = arguments.operands
    format = try arguments.choice("--format", of: Format.self) ?? .markdown
    (output, svg) = (arguments.value("--output"), arguments.value("--svg"))
    cost = arguments.value("--cost")
    rule = ChangeRule(
      confidence: try arguments.probability("--confidence") ?? 0.95,
      floor: try arguments.number("--floor", in: 0...1) ?? ChangeRule.usualFloor)
  }

  func run() throws -> ExitStatus {
    for path in paths {
      for remark in try StudyReport.remarks(
        onFrontIn: StudyFolder(path), version: ProgramVersion.current)
      {
        Terminal.log("\(path): \(remark)")
      }
    }
    let files = try paths.map { try FrontFile(contentsOf: $0) }
    let comparison = try StudyComparison(
      baseline: files[0], others: Array(files.dropFirst()), rule: rule, cost: cost)
    let report = ComparisonReport(comparison)
    if let svg { try AtomicFile.write(Data(report.svg.utf8), to: svg) }
    let text =
      switch format {
      case .markdown: report.markdown(chart: svg.map(chartPath))
      case .html: report.html
      case .json: report.json
      }
    guard let output else {
      Terminal.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
      return .success
    }
    try AtomicFile.write(Data(text.utf8), to: output)
    for answer in report.answers { Terminal.print(answer) }
    return .success
  }

  /// The chart's path from where the text lies: its name alone in the same folder.
  private func chartPath(_ svg: String) -> String {
    func folder(_ path: String) -> String { Folder.parent(of: path) }
    guard let output, folder(output) == folder(svg) else { return svg }
    return (svg as NSString).lastPathComponent
  }
}
