import Foundation
import TestSupport
import Testing

/// `.ci/check-fuzz MINUTES` does the same for as long as anyone likes.
@Suite("every reader", .enabled(if: FuzzProgram.isBuilt))
struct FuzzingTests {
  @Test("reads or refuses damaged files, in little time and memory, and with a message")
  func damagedFiles() throws {
    let temporary = try TemporaryFolder()
    let (status, text) = try FuzzProgram.run(
      "--inputs", "\(Thoroughness.pick(1_000_000, usually: 20_000))", "--seed", "1", "--findings",
      temporary.file("findings"))
    #expect(status == 0, "\(text)")
    let total = text.split(separator: "\n").last.map(String.init) ?? ""
    #expect(total.hasSuffix("inputs, 0 findings"), "\(text)")
    #expect((Int(total.prefix { $0.isNumber }) ?? 0) >= 19_000, "\(text)")
  }

  @Test(
    "that traps, takes too long, too much, or says too much is found out",
    arguments: [
      ("planted-trap", "signal"), ("planted-delay", "more than a second of processor time"),
      ("planted-memory", "too much memory"), ("planted-message", "a message of 100"),
    ])
  func planted(reader: String, finding: String) throws {
    let temporary = try TemporaryFolder()
    let (status, text) = try FuzzProgram.run(
      "--inputs", "4", "--seed", "3", "--reader", reader, "--findings", temporary.file("findings"))
    #expect(status == 1 && text.contains("found: \(reader) 3 1: "), "\(text)")
    #expect(text.contains(finding), "\(text)")
    let kept = try FileManager.default.contentsOfDirectory(atPath: temporary.file("findings"))
    #expect(!kept.isEmpty)
    for name in kept {
      #expect(try #require(try temporary.read("findings/\(name)").first) > 128)
    }
  }
}

/// The program that hands damaged files to readers, next to the tests.
private enum FuzzProgram {
  private static let path = Program.path.map {
    ($0 as NSString).deletingLastPathComponent + "/fuzz-readers"
  }

  static let isBuilt = path.map(FileManager.default.isExecutableFile(atPath:)) ?? false

  static func run(_ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: try #require(path))
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    Processes.letSignalsThrough()
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
