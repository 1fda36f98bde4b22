import Foundation
import Testing

@testable import HardwareProfiles

@Suite("what a benchmarking command prints")
struct LatencyOutputTests {
  @Test(
    "is read in milliseconds, whatever stands around it",
    arguments: [
      ("3.5", [3.5]), ("3.5\n", [3.5]), ("  3.5 ms \n\n", [3.5]), ("350us", [0.35]),
      ("350 µs", [0.35]), ("350 μs", [0.35]), ("0.25 s", [250]), ("2e-3 s.", [2]),
      ("500000 ns", [0.5]), ("took 0.5 seconds.", [500]), ("Latency: 3.5 MS", [3.5]),
      ("loading 3 layers\nmedian of 50 runs: 3.25 ms", [3.25]), ("latency=3.5", [3.5]),
      ("p50 3.5 ms (p95 4.5 ms)", [4.5]), ("model v1.2.3\r\n4.25\r\n", [4.25]),
    ] as [(String, [Double])])
  func latency(text: String, expected: [Double]) throws {
    let found = try LatencyOutput.milliseconds(text)
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12 * b, "\(text): \(found)") }
  }

  @Test(
    "is a list of samples where there are only numbers",
    arguments: [
      ("3.1 3.2 3.3", [3.1, 3.2, 3.3]), ("[3.5, 3.25]", [3.5, 3.25]), ("3500 2500 us", [3.5, 2.5]),
      ("3.1\n3.2\n\n3.3\n", [3.1, 3.2, 3.3]), ("1 of 2\n4 ms\n5 ms", [4, 5]),
      ("3 ms 4000 us; 5", [3, 4, 5]),
    ] as [(String, [Double])])
  func samples(text: String, expected: [Double]) throws {
    #expect(try LatencyOutput.milliseconds(text) == expected)
  }

  @Test(
    "without a latency is refused, and quoted",
    arguments: [
      ("", ""), ("\n \n", ""), ("done", "done"), ("3.5\nfinished", "finished"), ("nan", "nan"),
      ("-3.5", "-3.5"), ("0", "0"), ("inf ms", "inf ms"), ("3.5 0 2", "3.5 0 2"),
      ("-1\n3.5", "-1"), ("1.2.3", "1.2.3"), ("1e999", "1e999"),
    ])
  func unreadable(text: String, found: String) {
    let error = #expect(throws: LatencyOutput.Unreadable.self) {
      try LatencyOutput.milliseconds(text)
    }
    #expect(error?.found == found)
    let long = #expect(throws: LatencyOutput.Unreadable.self) {
      try LatencyOutput.milliseconds(String(repeating: "x", count: 5000))
    }
    #expect((long?.found.count ?? 0) < 150)
  }
}

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

  @Test("that hangs is ended with all that it has started")
  func timeLimit() throws {
    let marker = "31.0\(UInt32.random(in: 0..<1_000_000))"
    expectFailure("was ended after 0.5 s, its time limit", limit: 0.5, "sleep \(marker) | cat")
    expectFailure("was ended after 0.5 s", limit: 0.5, "yes")
    #expect(throws: CommandDeviceError.self) {
      try run("trap '' TERM INT; sleep \(marker); sleep \(marker)", limit: 0.5)
    }
    var isGone = false
    for _ in 0..<200 where !isGone {
      isGone = !CommandDeviceTests.isRunning(marker)
      if !isGone { usleep(10_000) }
    }
    #expect(isGone)
  }

  @Test("ends with the shell, whatever it leaves behind")
  func background() throws {
    let began = Date()
    #expect(try run("sleep 30 & echo 3.5") == [3.5])
    #expect(Date().timeIntervalSince(began) < 20)
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

  @Test("keeps the end of a long output")
  func longOutput() throws {
    let text =
      "i=0; while [ $i -lt 30000 ]; do echo line $i of a long output, that no pipe holds; "
      + "i=$((i+1)); done; echo 2.5 ms"
    #expect(try run(text) == [2.5])
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

  private static func isRunning(_ text: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.contains { process in
      let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline"))
      return String(decoding: line ?? Data(), as: UTF8.self).contains(text)
    }
  }
}
