import Foundation
import Testing

/// The `autodistill` command, as the package manager builds it next to the tests.
public enum Program {
  /// Where it is; nil if only the tests were built.
  public static let path: String? = {
    guard
      let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return nil }
    let folder = (tests as NSString).deletingLastPathComponent
    let path = (folder as NSString).appendingPathComponent("autodistill")
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  public static let isBuilt: ConditionTrait = .enabled(
    if: path != nil, "the autodistill command is not next to the tests: run swift build first")

  /// Runs it to its end.
  ///
  /// - Parameter environment: What is set beside the tests' own environment.
  public static func run(
    _ arguments: String..., environment: [String: String] = [:], seconds: Double = 60,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Ended {
    try Running(arguments, environment: environment)
      .end(seconds: seconds, sourceLocation: sourceLocation)
  }

  /// How it ended.
  public struct Ended: Sendable {
    /// The exit status; nil if a signal ended it.
    public let status: Int32?
    public let output: String
    public let errors: String
  }

  /// A running command, whose output goes to files.
  public final class Running {
    public let process = Process()
    private let temporary: TemporaryFolder
    private let outputs: [FileHandle]

    /// The commands of the tests' own studies are allowed, unless `environment` says otherwise.
    ///
    /// - Parameter program: Another program, such as a shell that starts the command; nil for the command.
    public init(
      _ arguments: [String], of program: String? = nil, environment: [String: String] = [:]
    ) throws {
      temporary = try TemporaryFolder()
      process.executableURL = URL(filePath: try program ?? #require(Program.path))
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment
        .merging(["AUTODISTILL_ALLOW_COMMANDS": "1"]) { $1 }.merging(environment) { $1 }
      outputs = try ["output", "errors"].map { [temporary] name in
        try temporary.write("", to: name)
        return try FileHandle(forWritingTo: URL(filePath: temporary.file(name)))
      }
      process.standardInput = FileHandle.nullDevice
      (process.standardOutput, process.standardError) = (outputs[0], outputs[1])
      Processes.letSignalsThrough()
      try process.run()
    }

    public var errors: String {
      (try? String(contentsOfFile: temporary.file("errors"), encoding: .utf8)) ?? ""
    }

    /// Waits for its end; kills it if it does not come in time.
    public func end(
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
