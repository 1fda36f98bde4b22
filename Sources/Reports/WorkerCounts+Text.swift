import FileFormats
import Studies

extension WorkerCounts {
  /// As events and `status --json` have it.
  package var json: JSONText { .object(members) }

  package var members: [(String, JSONText)] {
    [
      ("executor", .text(executor)), ("wanted", JSONText(wanted)), ("ready", JSONText(ready)),
      ("running", running.map { JSONText($0) } ?? .null),
      ("waiting", waiting.map { JSONText($0) } ?? .null),
      ("jobs", .array(jobs.map(JSONText.text))), ("reasons", .array(reasons.map(JSONText.text))),
      ("excluded_hosts", .array(excludedHosts.map(JSONText.text))), ("trouble", JSONText(trouble)),
    ]
  }

  /// For people, a line each; none where workers are processes of the machine that the study runs on.
  var lines: [String] {
    guard executor != ExecutorSettings.Kind.local.rawValue else { return [] }
    var text = "\(executor): \(ready) of \(wanted) ready"
    if let running, let waiting {
      text += ", \(running) running, \(waiting) waiting"
      if waiting > 0 && !reasons.isEmpty { text += " (\(reasons.joined(separator: ", ")))" }
    }
    if !jobs.isEmpty { text += "; jobs \(jobs.joined(separator: ", "))" }
    var lines = [text]
    if let trouble { lines.append("trouble: \(trouble)") }
    if !excludedHosts.isEmpty {
      lines.append("not used any more: \(excludedHosts.joined(separator: ", "))")
    }
    return lines
  }
}
