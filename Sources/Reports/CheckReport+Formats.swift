import Comparisons
import FileFormats
import FrontFiles

extension CheckReport {
  /// For people, a line for each requirement.
  public var text: String {
    ([summary]
      + lines.map { "\($0.isMet ? "met    " : "MISSED ") \($0.requirement): \($0.message)" })
      .joined(separator: "\n")
  }

  /// Annotations of GitHub's workflows: an error for each requirement that is missed, a notice otherwise.
  ///
  /// Source: "Workflow commands for GitHub Actions", which asks for `%`, line ends and in properties `:` and `,` to be
  /// escaped.
  public var annotations: String {
    func escaped(_ text: String) -> String {
      text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }
    func property(_ text: String) -> String {
      escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
    let missed = lines.filter { !$0.isMet }
    guard !missed.isEmpty else {
      return "::notice title=autodistill check::\(escaped(summary))"
    }
    return missed.map { line in
      "::error file=\(property(check.file.path)),title=\(property(line.requirement))::"
        + escaped("\(line.requirement) is missed: \(line.message)")
    }.joined(separator: "\n")
  }

  /// JUnit's XML: a suite with a case for each requirement.
  public var junit: String {
    let properties = [
      ("study", check.file.name), ("study_sha256", check.file.hashes["study_sha256"] ?? ""),
      ("baseline_sha256", check.baseline?.hashes["study_sha256"] ?? ""),
      ("confidence", check.demands.confidence.general),
      ("student", check.student?.key ?? ""),
    ].filter { !$0.1.isEmpty }.map { name, value in
      Markup("property", ["name": name, "value": value])
    }
    let cases = lines.map { line in
      Markup(
        "testcase", ["classname": "autodistill.check", "name": line.requirement, "time": "0"],
        line.isMet
          ? [Markup("system-out", text: line.message)]
          : [
            Markup(
              "failure", ["message": line.message, "type": "requirement"],
              text: "\(line.requirement): \(line.message)")
          ])
    }
    let failures = String(lines.count { !$0.isMet })
    let suite = Markup(
      "testsuite",
      [
        "name": check.file.subject, "tests": String(lines.count), "failures": failures,
        "errors": "0", "skipped": "0", "time": "0",
      ], [.lines([Markup("properties", [:], [.lines(properties)])] + cases)])
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + Markup(
        "testsuites",
        ["name": "autodistill check", "tests": String(lines.count), "failures": failures],
        [.lines([suite])]
      ).source
  }

  /// JSON, numbers with all their digits.
  public var json: String {
    JSONText.object([
      ("format", .text("autodistill-check/1")),
      ("subject", .text(check.file.subject)),
      ("study_sha256", JSONText(check.file.hashes["study_sha256"])),
      ("met", JSONText(check.isMet)),
      ("confidence", JSONText(check.demands.confidence)),
      ("student", check.student.map { .text($0.key) } ?? .null),
      ("students_keeping_all", JSONText(check.keeping)),
      ("requirements", .array(check.bounds.map(bound))),
      ("no_worse", .array(check.comparisons.map(comparison))),
      ("remarks", .array(remarks.map(JSONText.text))),
    ]).formatted
  }

  private func bound(_ result: FrontCheck.BoundResult) -> JSONText {
    .object([
      ("requirement", .text(result.bound.description)), ("met", JSONText(result.isMet)),
      ("value", JSONText(result.value)), ("compared", JSONText(result.compared)),
      ("confidence", JSONText(result.confidence)), ("limit", JSONText(result.bound.bound)),
    ])
  }

  private func comparison(_ result: FrontCheck.ComparisonResult) -> JSONText {
    let split = result.demand.split
    return .object([
      ("requirement", .text(result.demand.description)), ("met", JSONText(result.isMet)),
      ("split", .text(split.rawValue)),
      ("before_key", JSONText(result.before?.key)), ("after_key", JSONText(result.after?.key)),
      ("before", JSONText(result.before?.accuracy(on: split)?.mean)),
      ("after", JSONText(result.after?.accuracy(on: split)?.mean)),
      ("difference", JSONText(result.difference?.value)),
      ("low", JSONText(result.difference?.interval.lowerBound)),
      ("high", JSONText(result.difference?.interval.upperBound)),
      ("p", JSONText(result.difference?.pValue)), ("p_holm", JSONText(result.pValue)),
      ("method", JSONText(result.difference?.method.rawValue)),
      ("threshold", JSONText(result.threshold)),
    ])
  }
}
