import FileFormats
import Studies

/// What `verify` has found, for people and as JSON.
struct VerificationText {
  private let verification: StudyVerification
  private let folder: StudyFolder

  init(_ verification: StudyVerification, _ folder: StudyFolder) {
    (self.verification, self.folder) = (verification, folder)
  }

  /// A line for each file that is not simply intact, and what all comes to.
  var lines: [String] {
    let items = verification.items
    let width = StudyVerification.Condition.allCases.map(\.rawValue.count).max() ?? 0
    var lines = items.map { item in
      let condition = item.condition.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
      var line = "\(condition)  \(item.path)"
      if !item.detail.isEmpty { line += ": \(item.detail)" }
      if let remedy = item.remedy { line += "; to make it again: \(remedy)" }
      if item.isLost { line += "; lost" }
      return line
    }
    if verification.isRunning {
      lines.append("a run works on the study: what it is just writing may look damaged")
    }
    let counts = StudyVerification.Condition.allCases.compactMap { condition in
      let count = items.count { $0.condition == condition }
      return count == 0 ? nil : "\(count) \(condition.rawValue)"
    }
    lines.append("\(folder.path): \(counts.joined(separator: ", "))")
    return lines
  }

  /// The format `autodistill-verify/1`.
  var json: String {
    JSONText.object([
      ("format", .text("autodistill-verify/1")), ("study", .text(folder.path)),
      ("intact", JSONText(verification.isIntact)), ("running", JSONText(verification.isRunning)),
      (
        "items",
        .array(
          verification.items.map { item in
            .object([
              ("path", .text(item.path)), ("condition", .text(item.condition.rawValue)),
              ("detail", item.detail.isEmpty ? .null : .text(item.detail)),
              ("remedy", JSONText(item.remedy)), ("lost", JSONText(item.isLost)),
            ])
          })
      ),
    ]).formatted
  }
}
