import Datasets
import FileFormats
import Foundation
import Monitoring
import Studies

/// What `monitor` has found, for people and as JSON.
struct MonitorOutput {
  private let outcome: StudentMonitor.Outcome
  private let student: StudentWeights
  private let folder: StudyFolder
  private let images: NewImages

  init(
    _ outcome: StudentMonitor.Outcome, of student: StudentWeights, _ folder: StudyFolder,
    images: NewImages
  ) {
    (self.outcome, self.student, self.folder, self.images) = (outcome, student, folder, images)
  }

  private var report: DriftReport { outcome.report }

  /// What was read, a line for each statistic, and what they come to.
  var lines: [String] {
    let dataset = student.dataset
    let shape = [dataset.height, dataset.width, dataset.channels]
    var lines = [
      "student:   \(student.key) of \(folder.path), \(student.precision.rawValue)",
      "images:    \(images.path): \(images.count) of \(shape), \(dataset.pixelType.rawValue)"
        + (images.labels.map { labels in ", \(labels.count { $0 >= 0 }) with a label" } ?? ""),
      "reference: \(report.reference.count) validation images, \(originText)",
    ]
    if let note = outcome.teacherNote { lines.append("teacher:   not compared: \(note)") }
    lines += report.findings.map(line)
    lines.append("verdict:   \(verdictText)")
    return lines
  }

  private var originText: String {
    let path = folder.reference(of: student.key)
    switch outcome.origin {
    case .kept: return "from \(path)"
    case .made(let why, nil): return "taken now, as \(why), and kept in \(path)"
    case .made(let why, let problem?): return "taken now, as \(why), and not kept: \(problem)"
    }
  }

  private func line(_ finding: DriftFinding) -> String {
    let name = finding.name.padding(toLength: 18, withPad: " ", startingAt: 0)
    var parts: [String] = []
    if let before = finding.before, let after = finding.after {
      parts.append(String(format: "%.4g → %.4g", before, after))
    }
    parts.append(String(format: "\(finding.sizeName) %.3f", finding.size))
    if let index = finding.stabilityIndex, finding.sizeName != "PSI" {
      parts.append(String(format: "PSI %.3f", index))
    }
    parts.append("p \(Self.probability(finding.corrected))")
    let mark = finding.verdict == .unchanged ? "" : "  \(finding.verdict.rawValue)"
    return "  \(name) \(parts.joined(separator: ", "))\(mark)"
  }

  private static func probability(_ value: Double) -> String {
    value < 1e-12 ? "< 1e-12" : String(format: "%.2g", value)
  }

  private var verdictText: String {
    let changed = report.findings.filter { $0.verdict != .unchanged }
      .sorted { ($0.verdict, $1.corrected) > ($1.verdict, $0.corrected) }
    guard !changed.isEmpty else {
      return "ok: nothing differs from the validation images by more than chance"
    }
    let evidence = changed.map { finding in
      var text = "\(finding.name) (\(finding.meaning))"
      if let before = finding.before, let after = finding.after {
        text += String(format: " from %.4g to %.4g", before, after)
      }
      return text + String(format: ", \(finding.sizeName) %.3f", finding.size)
    }
    return "\(report.verdict.rawValue): " + evidence.joined(separator: "; ")
  }

  /// The format `autodistill-monitor/1`.
  var json: String {
    func number(_ value: Double?) -> JSONText {
      value.map { $0.isFinite ? .literal("\($0)") : .null } ?? .null
    }
    let findings = report.findings.map { finding in
      JSONText.object([
        ("name", .text(finding.name)), ("meaning", .text(finding.meaning)),
        ("test", .text(finding.test)), ("before", number(finding.before)),
        ("after", number(finding.after)), ("size", number(finding.size)),
        ("size_is", .text(finding.sizeName)), ("psi", number(finding.stabilityIndex)),
        ("p", number(finding.pValue)), ("p_corrected", number(finding.corrected)),
        ("verdict", .text(finding.verdict.rawValue)),
      ])
    }
    return JSONText.object([
      ("format", .text("autodistill-monitor/1")), ("study", .text(folder.path)),
      ("student", .text(student.key)), ("precision", .text(student.precision.rawValue)),
      ("images", .text(images.path)), ("image_count", JSONText(images.count)),
      ("reference_images", JSONText(report.reference.count)),
      ("teacher_images", JSONText(outcome.asked)), ("teacher_note", JSONText(outcome.teacherNote)),
      ("verdict", .text(report.verdict.rawValue)),
      ("watch_level", number(report.rule.watchLevel)),
      ("drift_level", number(report.rule.driftLevel)), ("findings", .array(findings)),
    ]).formatted
  }
}
