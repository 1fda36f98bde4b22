import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill run on a measured device", Program.isBuilt)
struct MeasuredRunTests {
  @Test("makes a front of measured latencies, and says which student breaks its budget")
  func demotes() throws {
    // Every student is predicted to take less than a millisecond, and takes more than two.
    let text = MeasuredStudy.text.setting("constraints", "[\"latency_ms<=1.9\"]")
    let measured = try MeasuredStudy(text)
    let ended = try measured.study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let results = try measured.results()
    #expect(results.measurement?.front == .measured)
    let front = try measured.study.front()
    #expect(front.contains("measured_latency_ms") && front.contains(",measured,"))
    let report = String(
      decoding: try measured.study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(results.demoted.count == 3 && results.students.allSatisfy { !$0.isOnFront })
    for student in results.demoted {
      #expect(report.contains("trial \(student.trial) takes "), "\(report)")
    }
    #expect(report.contains("No student keeps the budget on the device"))
    #expect(ended.output.contains("next:    loosen a constraint"))
  }

  @Test("gives the same report without a device that can be reached as without one at all")
  func unreachable() throws {
    let plain = try TinyStudy(MeasuredStudy.text)
    #expect(try plain.run().status == 0)
    let measured = try MeasuredStudy()
    try measured.set("down")
    let ended = try measured.study.run()
    #expect(ended.status == 0 && ended.errors.contains("no route to host"), "\(ended.errors)")
    for name in ["front.csv", "front.json", "front.svg"] {
      #expect(
        try measured.study.temporary.read("report/\(name)")
          == plain.temporary.read("report/\(name)"), "\(name)")
    }
  }

  @Test("measures every student once, whenever it is killed")
  func killed() throws {
    let measured = try MeasuredStudy()
    try measured.set("slow")
    for count in [1, 2] {
      let running = try measured.study.start("run", "--workers", "2")
      let isThere = Processes.wait(seconds: 50) {
        measured.study.hasLines(count, with: "\"event\":\"measured\"") || !running.process.isRunning
      }
      #expect(isThere)
      measured.study.killEverything()
      _ = try running.end()
    }
    try measured.clear("slow")
    #expect(try measured.study.run().status == 0)
    let state = try measured.state()
    #expect(state.measured.count == 3 && Set(state.measured.map(\.trial)).count == 3)
    let lines = measured.study.journalLines().filter { $0.contains("\"event\":\"measured\"") }
    #expect(lines.count == 3)
  }
}

@Suite("autodistill profile measure --command", Program.isBuilt)
struct ProfileMeasureCommandTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(tinySpace, to: "space.json")
    try folder.write(
      """
      cd '\(folder.path)' || exit 9
      [ -e down ] && { echo unplugged >&2; exit 1; }
      key=$(basename "$1" .safetensors)
      echo "$key" >> timed
      [ -e slow ] && sleep 0.3
      echo 1$key 1$key 1$key 1$key 1$key 1$key 1$key 1$key 1$key us

      """, to: "device.sh")
    return folder
  }

  private func measure(
    _ folder: TemporaryFolder, _ options: String...
  ) throws -> Program.Ended {
    try Program.Running(arguments(folder) + options).end()
  }

  private func arguments(_ folder: TemporaryFolder) -> [String] {
    [
      "profile", "measure", "--command", "sh '\(folder.path)/device.sh' {model}", "--space",
      folder.file("space.json"), "--output", folder.file("table.csv"), "--image", "8x8x1",
      "--classes", "3",
    ]
  }

  private func rows(_ folder: TemporaryFolder) throws -> [String] {
    String(decoding: try folder.read("table.csv"), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  @Test("writes a table of random architectures, which a larger count goes on with")
  func grows() throws {
    let folder = try folder()
    let ended = try measure(folder, "--count", "4")
    #expect(ended.status == 0, "\(ended.errors)")
    let first = try rows(folder)
    #expect(first.count == 5)
    for row in first.dropFirst() {
      let cells = row.split(separator: ",").map(String.init)
      #expect(Double(cells[1]) == (Double("1" + cells[0]) ?? 0) / 1000 && cells[3] == "9")
    }
    #expect(try measure(folder, "--count", "7").status == 0)
    let second = try rows(folder)
    #expect(second.count == 8 && Array(second.prefix(5)) == first)
    #expect(folder.has("table.csv.samples.jsonl"))
    #expect(!(try measure(folder, "--count", "16").errors.isEmpty))
  }

  @Test("measures the architectures of a file, in its order")
  func keys() throws {
    let folder = try folder()
    try folder.write("architecture,latency_ms\n002,1\n102,2\n\n112,3\n002,1\n", to: "keys.csv")
    let ended = try measure(folder, "--keys", folder.file("keys.csv"))
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(try rows(folder).dropFirst().map { $0.prefix(3) } == ["002", "102", "112"])
    try folder.write("002\n992\n", to: "keys.csv")
    let wrong = try measure(folder, "--keys", folder.file("keys.csv"))
    #expect(wrong.status == 3 && wrong.errors.contains("keys.csv: line 2: found '992'"))
  }

  @Test("keeps what it has when the device goes or the user stops, and goes on")
  func stopped() throws {
    let folder = try folder()
    #expect(try measure(folder, "--count", "2").status == 0)
    try folder.write("", to: "down")
    let gone = try measure(folder, "--count", "5")
    #expect(gone.status == 5 && gone.errors.contains("ended with status 1: unplugged"))
    try FileManager.default.removeItem(atPath: folder.file("down"))
    try folder.write("", to: "slow")
    let running = try Program.Running(arguments(folder) + ["--count", "5"])
    #expect(Processes.wait(seconds: 20) { (try? rows(folder).count) ?? 0 > 3 })
    kill(running.process.processIdentifier, SIGINT)
    let interrupted = try running.end()
    #expect(interrupted.status == 130 && interrupted.errors.contains("goes on"))
    try FileManager.default.removeItem(atPath: folder.file("slow"))
    #expect(try measure(folder, "--count", "5").status == 0)
    #expect(try rows(folder).count == 6)
  }

  @Test("refuses what it cannot do, with one line")
  func refused() throws {
    let folder = try folder()
    for (options, part) in [
      (["--image", "8x8"], "--image: got '8x8'"), (["--format", "png"], "expected safetensors"),
      (["--command", "bench"], "does not contain {model}"), (["--count", "0"], "--count: got '0'"),
      (["--keys", "x", "--count", "3"], "--keys says what to measure"),
      (["--students", "3"], "--students goes without --command"),
      (["--time-limit", "0"], "--time-limit: got '0'"),
    ] {
      let ended = try Program.Running(arguments(folder) + options).end()
      #expect(ended.status == 2 && ended.errors.contains(part), "\(options): \(ended.errors)")
    }
    let bare = try Program.run("profile", "measure", "--output", "x.json", "--count", "3")
    #expect(bare.status == 2 && bare.errors.contains("--count needs --command"))
    #expect(!folder.has("table.csv"))
  }
}
