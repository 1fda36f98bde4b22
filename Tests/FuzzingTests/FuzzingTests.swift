import Foundation
import TestSupport
import Testing

/// `.ci/check-fuzz MINUTES` does the same for as long as anyone likes.
@Suite("every reader")
struct FuzzingTests {
  /// The program that does it, next to the tests.
  private static let program = Program.path.map {
    ($0 as NSString).deletingLastPathComponent + "/fuzz-readers"
  }

  @Test(
    "reads or refuses damaged files, in little time and memory, and with a message",
    .enabled(if: program.map(FileManager.default.isExecutableFile(atPath:)) ?? false))
  func damagedFiles() throws {
    let temporary = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: try #require(FuzzingTests.program))
    process.arguments = [
      "--inputs", "\(Thoroughness.pick(1_000_000, usually: 20_000))", "--seed", "1", "--findings",
      temporary.file("findings"),
    ]
    let output = Pipe()
    process.standardOutput = output
    Processes.letSignalsThrough()
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    let total = text.split(separator: "\n").last.map(String.init) ?? ""
    #expect(total.hasSuffix("inputs, 0 findings"), "\(text)")
    #expect((Int(total.prefix { $0.isNumber }) ?? 0) >= 19_000, "\(text)")
  }
}
