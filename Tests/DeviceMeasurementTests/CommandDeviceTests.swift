import Foundation
import TestSupport
import Testing

@testable import DeviceMeasurement

@Suite("a device behind a command")
struct CommandDeviceTests {
  private func run(
    _ command: String, model: String = "model.bin", limit: Double = 30,
    isCancelled: () -> Bool = { false }
  ) throws -> [Double] {
    try CommandDevice(command + " # {model}", timeLimitSeconds: limit)
      .run(model: model, isCancelled: isCancelled)
  }

  /// Expects one line that names the command and contains a text.
  private func expectFailure(
    _ part: String, limit: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
    _ command: String, isCancelled: () -> Bool = { false }
  ) {
    do {
      let found = try run(command, limit: limit, isCancelled: isCancelled)
      Issue.record("no error but \(found)", sourceLocation: sourceLocation)
    } catch {
      let text = "\(error)"
      #expect(
        text.contains(part) && text.contains(command)
          && !text.dropFirst(command.count).contains("\n"),
        "\(text)", sourceLocation: sourceLocation)
    }
  }

  @Test("is given the model's path, quoted for the shell")
  func path() throws {
    for path in ["a b", "it's", "$(exit 3)", "-x;y", "\"q\" \\ *", "ü"] {
      let bytes = try CommandDevice("printf %s {model} | wc -c").run(model: path)
      #expect(bytes == [Double(path.utf8.count)])
      let device = try CommandDevice("run {model}")
      #expect(device.shellText(model: path) == "run '\(path.replacing("'", with: "'\\''"))'")
    }
  }

  @Test(
    "as a program gets the model's path as one argument, whatever is in it, and no shell sees it")
  func program() throws {
    for path in ["a b", "it's", "$(exit 3)", "-x;y", "\"q\" \\ *", "ü", "`true`", "a\nb"] {
      let device = try CommandDevice(program: [
        "sh", "-c", "printf %s \"$1\" | wc -c", "sh", "{model}",
      ])
      #expect(try device.run(model: path) == [Double(path.utf8.count)])
    }
    expectError(["the command 'no-such-program '{model}''", "cannot be started"]) {
      _ = try CommandDevice(program: ["no-such-program", "{model}"]).run(model: "m")
    }
    for words in [["{model}"], ["bench"], []] {
      #expect(throws: CommandDeviceError.self) { try CommandDevice(program: words) }
    }
  }

  @Test("needs a place for the path")
  func noPlaceholder() {
    let error = #expect(throws: CommandDeviceError.self) { try CommandDevice("ssh pi ./bench") }
    #expect("\(error.map { "\($0)" } ?? "")".contains("does not contain {model}"))
  }

  @Test("gives what the command prints, not what it says on standard error")
  func output() throws {
    #expect(try run("echo 3.5 ms; echo 7 >&2") == [3.5])
    #expect(try run("printf '1\\n2\\n3'") == [1, 2, 3])
    // Its standard input is empty, not the terminal's.
    #expect(try run("cat; echo 4") == [4])
  }

  @Test("that fails says so in one line: status, signal, garbage, nothing")
  func failures() {
    expectFailure(
      "ended with status 7: no route to host", "echo hm >&2; echo no route to host >&2; exit 7")
    expectFailure("ended with status 3", "echo 3.5; exit 3")
    expectFailure("ended with status 127", "/no/such/program")
    expectFailure("was ended by signal 9", "kill -9 $$")
    expectFailure("was ended by signal 11", "kill -SEGV $$")
    expectFailure("printed 'segfault', expected a latency", "echo segfault")
    expectFailure("printed nothing, expected a latency", "true")
    expectFailure("printed '0 ms'", "echo 0 ms")
  }

  @Test("that hangs is ended, and says after how long")
  func timeLimit() {
    expectFailure("was ended after 0.5 s, its time limit", limit: 0.5, "sleep 30 | cat")
  }

  @Test("is stopped where the user wants to stop")
  func cancelled() throws {
    var asked = 0
    let error = #expect(throws: CommandDeviceError.self) {
      try run("sleep 30") {
        asked += 1
        return asked > 3
      }
    }
    #expect(error?.problem == .cancelled)
  }

  @Test("is measured run by run, the first for warming up, or by the samples that it prints")
  func measure() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("command-device-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let count = folder.appendingPathComponent("count").path
    let single = try CommandDevice("echo x >> {model}; echo $(wc -l < {model}) ms")
    #expect(try single.measure(model: count).samples == (2...10).map(Double.init))
    let several = try CommandDevice("echo 1 2 3 4 5 6 7 8 9 10 ms # {model}")
    #expect(try several.measure(model: count).samples == (1...10).map(Double.init))
  }
}
