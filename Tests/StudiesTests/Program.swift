import Foundation
import TestSupport
import Testing

/// The `autodistill` command, as the package manager builds it beside the tests.
enum Program {
  /// Where it is; nil if only the tests were built.
  static let path: String? = {
    guard
      let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    let folder = (tests as NSString).deletingLastPathComponent
    let path = (folder as NSString).appendingPathComponent("autodistill")
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  static let isBuilt: ConditionTrait = .enabled(
    if: path != nil, "the autodistill command is not beside the tests: run swift build first")

  /// Runs it to its end.
  static func run(
    _ arguments: String..., seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Ended {
    try Running(arguments).end(seconds: seconds, sourceLocation: sourceLocation)
  }

  /// How it ended.
  struct Ended {
    /// The exit status; nil if a signal ended it.
    let status: Int32?
    let output: String
    let errors: String
  }

  /// A running command, whose output goes to files.
  final class Running {
    let process = Process()
    private let temporary: TemporaryFolder
    private let outputs: [FileHandle]

    init(_ arguments: [String]) throws {
      temporary = try TemporaryFolder()
      process.executableURL = URL(filePath: try #require(Program.path))
      process.arguments = arguments
      outputs = try ["output", "errors"].map { [temporary] name in
        try temporary.write("", to: name)
        return try FileHandle(forWritingTo: URL(filePath: temporary.file(name)))
      }
      process.standardInput = FileHandle.nullDevice
      (process.standardOutput, process.standardError) = (outputs[0], outputs[1])
      Processes.letSignalsThrough()
      try process.run()
    }

    var errors: String {
      (try? String(contentsOfFile: temporary.file("errors"), encoding: .utf8)) ?? ""
    }

    /// Waits for its end; kills it if it does not come in time.
    func end(
      seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Ended {
      if !Processes.wait(seconds: seconds, until: { !process.isRunning }) {
        kill(process.processIdentifier, SIGKILL)
        Issue.record("no end after \(seconds) s: \(errors)", sourceLocation: sourceLocation)
      }
      process.waitUntilExit()
      return Ended(
        status: process.terminationReason == .exit ? process.terminationStatus : nil,
        output: String(decoding: try temporary.read("output"), as: UTF8.self), errors: errors)
    }
  }
}

extension TinyStudy {
  /// A study whose trainings take long enough to be caught at work.
  static let slow = StudyText.tiny
    .setting("flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 4}")
    .setting("full", "{\"epochs\": 600, \"batch\": 24, \"learning_rate\": 0.1}")

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
    journalLines().count { text.isEmpty || $0.contains(text) } >= count
  }
}
