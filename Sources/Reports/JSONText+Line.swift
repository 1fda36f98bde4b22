import FileFormats
import Studies

extension JSONText {
  /// The value on one line.
  package var line: String {
    switch self {
    case .literal, .text: formatted
    case .array(let elements): "[" + elements.map(\.line).joined(separator: ", ") + "]"
    case .object(let members):
      "{"
        + members.map { JSONText.text($0.name).formatted + ": " + $0.value.line }
        .joined(separator: ", ") + "}"
    }
  }
}

extension RunningTraining {
  /// As events and `status --json` have it.
  package var json: JSONText {
    .object([
      ("kind", .text(kind.rawValue)), ("trial", trial.map { JSONText($0) } ?? .null),
      ("key", .text(key)), ("seed", JSONText(repetition)), ("share", JSONText(share, decimals: 3)),
      ("training_seconds", JSONText(seconds, decimals: 3)),
      ("worker", worker.map { JSONText($0) } ?? .null), ("host", JSONText(host)),
      ("process", process.map { JSONText(Int($0)) } ?? .null),
      ("attempt", attempt.map { JSONText($0) } ?? .null),
      ("silent_seconds", JSONText(silentSeconds, decimals: 1)),
      ("waiting", JSONText(isWaiting ?? false)),
    ])
  }
}
