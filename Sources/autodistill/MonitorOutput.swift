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

  /// Images whose class is known.
  private var labeledImages: Int { images.labels?.count { $0 >= 0 } ?? 0 }

  /// That the study has deployed another student than this one; nil where it has not.
  private var deployedNote: String? {
    guard let deployment = try? Deployment(of: folder),
      let number = (try? deployment.currentVersion()) ?? nil,
      let version = try? deployment.version(number),
      version.key != student.key || version.precision != student.precision.rawValue
    else { return nil }
    return "another student is in use: version \(number), \(version.key) in \(version.precision)"
  }

  private var report: DriftReport { outcome.report }

  /// What was read, a line for each statistic, and what they come to.
  var lines: [String] {
    let dataset = student.dataset
    let shape = [dataset.height, dataset.width, dataset.channels]
    var lines = [
      "student:   \(student.key) of \(folder.path), \(student.precision.rawValue)",
      "images:    \(images.path): \(images.count) of \(shape), \(dataset.pixelType.rawValue)"
        + (images.labels == nil ? "" : ", \(labeledImages) with a label"),
      "reference: \(report.reference.count) validation images, \(originText)",
    ]
    if let note = outcome.teacherNote { lines.append("teacher:   not compared: \(note)") }
    if let deployedNote { lines.append("deployed:  \(deployedNote)") }
    lines += report.findings.map(line)
    lines += report.outliers.map { outliers in
      "outliers:  "
        + String(
          format:
            "%d of %d images have a %@ as no validation image has (%.4g to %.4g), at the most %.4g",
          outliers.count, images.count, outliers.measure.name, outliers.least, outliers.largest,
          outliers.farthest)
    }
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
      return "ok: no statistic differs from the validation images' by more than chance"
        + (report.outliers.isEmpty ? "" : "; see the outliers")
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
      ("labeled_images", JSONText(labeledImages)),
      ("reference_images", JSONText(report.reference.count)),
      ("teacher_images", JSONText(outcome.asked)), ("teacher_note", JSONText(outcome.teacherNote)),
      ("verdict", .text(report.verdict.rawValue)),
      ("watch_level", number(report.rule.watchLevel)),
      ("drift_level", number(report.rule.driftLevel)), ("findings", .array(findings)),
      (
        "outliers",
        .array(
          report.outliers.map { outliers in
            .object([
              ("name", .text(outliers.measure.name)), ("images", JSONText(outliers.count)),
              ("farthest", number(Double(outliers.farthest))),
              ("reference_least", number(Double(outliers.least))),
              ("reference_largest", number(Double(outliers.largest))),
            ])
          })
      ), ("deployed_note", JSONText(deployedNote)),
    ]).formatted
  }
}
