import Foundation
import TestSupport
import Testing

extension TinyStudy {
  /// A study whose trainings take long enough to be caught at work.
  static let slow = StudyText.tiny
    .setting("flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 4}")
    .setting("full", "{\"epochs\": 120, \"batch\": 24, \"learning_rate\": 0.1}")
    .setting("robustness", "{\"images\": 20}")

  /// Starts `autodistill VERB` on the study.
  func start(_ verb: String = "run", _ options: String...) throws -> Program.Running {
    try Program.Running([verb, folder.path] + options)
  }

  /// Runs `autodistill VERB` on the study to its end.
  func run(
    _ verb: String = "run", _ options: String..., seconds: Double = 60,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program.Ended {
    try Program.Running([verb, folder.path] + options)
      .end(seconds: seconds, sourceLocation: sourceLocation)
  }

  /// The worker processes of the study.
  var workers: [Int32] { Processes.running("worker\u{0}\(folder.path)") }

  /// Ends everything that works on the study, as `kill -9` of its process group does.
  func killEverything() {
    for process in Processes.running(folder.path) { kill(process, SIGKILL) }
  }

  /// The rows of the report's table.
  func front() throws -> String {
    String(decoding: try temporary.read("report/front.csv"), as: UTF8.self)
  }

  /// Whether the journal has at least so many lines that contain a text.
  func hasLines(_ count: Int, with text: String = "") -> Bool {
    // Asked again and again while a run writes: only where there may be enough are lines looked at.
    guard let data = try? temporary.read("journal.jsonl"),
      data.count(where: { $0 == UInt8(ascii: "\n") }) >= count
    else { return false }
    return text.isEmpty || journalLines().count { $0.contains(text) } >= count
  }
}
