import FileFormats
import Foundation
import Synchronization
import Testing

@testable import Studies
@testable import autodistill

@Suite("a run's progress as events")
struct ProgressEventsTests {
  /// The members of each kind of event beside `event`, `time` and `seconds`, as they are documented.
  static let members: [String: Set<String>] = [
    "run_started": [
      "name", "folder", "version", "process", "host", "workers", "threads", "trials", "max_seconds",
      "max_trials", "max_cpu_seconds",
    ],
    "stage": ["stage"], "note": ["text"],
    "progress": ["stage", "done", "total", "detail", "cpu_seconds", "running"],
    "trial_finished": [
      "trial", "key", "outcome", "flash_accuracy", "flash_fraction", "costs", "training_seconds",
      "steps", "done", "total",
    ],
    "training_finished": [
      "trial", "reference", "key", "seed", "baseline", "outcome", "validation_accuracy",
      "test_accuracy", "training_seconds", "steps",
    ],
    "latency_measured": ["trial", "key", "latency_ms", "latency_se_ms", "doubtful"],
    "report": ["folder", "complete", "missing", "headline", "budgets", "next"],
    "run_ended": ["status", "meaning", "message", "cpu_seconds"],
  ]

  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  /// Returns the events that telling something writes.
  private func events(_ tell: (ProgressEvents) -> Void) throws -> [[String: Any]] {
    let lines = Lines()
    tell(
      ProgressEvents(RunMeter()) {
        lines.add($0)
        return nil
      })
    return try lines.all.map { line in
      #expect(line.hasSuffix("\n") && !line.dropLast().contains("\n"))
      return try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test("have all their members every time")
  func keys() throws {
    let found = try events { events in
      events.show(.stage("search"))
      events.show(.note("a \"note\"\nof two lines\u{1B}"))
      events.show(.advance(done: 1.5, total: 8, detail: "flash trials"))
      let running = RunningTraining(
        kind: .baseline, key: "01", trial: nil, repetition: 1, share: 0.25, seconds: 3)
      events.show(.running([running]))
      events.show(.running([running]))
      events.show(
        .trainingEnded(
          EndedTraining(
            reference: "deep", trial: nil, key: "212", repetition: 0, isBaseline: false,
            outcome: .diverged, seconds: 1, steps: 2)))
      events.end(.limitReached, message: nil)
    }
    #expect(
      found.map { $0["event"] as? String } == [
        "stage", "note", "progress", "training_finished", "run_ended",
      ])
    for event in found {
      let name = try #require(event["event"] as? String)
      let members = try #require(Self.members[name])
      #expect(Set(event.keys) == members.union(["event", "time", "seconds"]), "\(name)")
    }
    #expect(found[1]["text"] as? String == "a \"note\"\nof two lines\u{1B}")
    #expect(found[2]["done"] as? Double == 1.5 && found[2]["stage"] as? String == "search")
    let running = try #require((found[2]["running"] as? [[String: Any]])?.first)
    #expect(
      Set(running.keys) == [
        "kind", "trial", "key", "seed", "share", "training_seconds", "worker", "host", "process",
        "attempt", "silent_seconds", "waiting",
      ])
    #expect(running["kind"] as? String == "baseline" && running["trial"] is NSNull)
    #expect(found[3]["validation_accuracy"] is NSNull && found[3]["reference"] as? String == "deep")
    #expect(found[4]["status"] as? Int == 6 && found[4]["message"] is NSNull)
  }

  @Test("are documented, each member of each")
  func documented() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Results/README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    for (name, members) in Self.members {
      let line = text.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") }
      let row = try #require(line, "\(name)")
      for member in members { #expect(row.contains("`\(member)`"), "\(name): \(member)") }
    }
  }
}
