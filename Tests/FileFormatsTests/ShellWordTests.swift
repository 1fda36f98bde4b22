import FileFormats
import Foundation
import Testing

@Suite("a path in a command that is printed")
struct ShellWordTests {
  /// Returns the words that a shell makes of a text.
  private func words(_ text: String) throws -> [String] {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "printf '%s\\0' \(text)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("stays as it is where a shell leaves it alone")
  func plain() {
    for path in ["Results/my-study", "/data/a_b.c", "../Größe", "a=b,c@d:e%f+g"] {
      #expect(ShellWord.quoted(path) == path)
    }
  }

  @Test(
    "is one word with the same letters, whatever it holds",
    arguments: [
      "my study", "it's", "a\"b", "$HOME", "`id`", "a\\b", "*", "~", "a;b", "#x", "", "a\tb",
      "a\nb'",
      "\u{1B}[2J", "a\u{7F}\\'", "(x)", "a&b|c<d>e", "!x",
    ])
  func quoted(path: String) throws {
    #expect(try words(ShellWord.quoted(path)) == [path])
    #expect(ShellWord.quoted(path).unicodeScalars.allSatisfy { $0.value >= 32 })
  }
}
