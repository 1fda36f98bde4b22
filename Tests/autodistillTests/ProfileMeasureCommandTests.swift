import Foundation
import TestSupport
import Testing

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

  @Test("writes a table of random architectures, which a larger count continues with")
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
    let tooMany = try measure(folder, "--count", "16")
    #expect(tooMany.status != 0 && tooMany.errors.contains("15"), "\(tooMany.errors)")
    // Who names no number gets all that there are.
    #expect(try measure(folder).status == 0)
    #expect(try rows(folder).count == 16)
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

  @Test("keeps what it has when the device goes or the user stops, and continues")
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
    #expect(interrupted.status == 130 && interrupted.errors.contains("continues"))
    try FileManager.default.removeItem(atPath: folder.file("slow"))
    #expect(try measure(folder, "--count", "5").status == 0)
    #expect(try rows(folder).count == 6)
  }

  @Test("reads a latency where the user says that it is, and names what it cannot read")
  func reading() throws {
    let folder = try folder()
    try folder.write("echo 'gpu 12, cpu 3250'; echo done\n", to: "device.sh")
    let refused = try measure(folder, "--count", "1")
    #expect(refused.status == 5 && refused.errors.contains("printed 'done', expected a latency"))
    #expect(refused.errors.contains("--latency-pattern"))
    let unit = try measure(folder, "--count", "1", "--latency-pattern", "cpu ([0-9]+)")
    #expect(unit.status == 5 && unit.errors.contains("without a unit; --unit"))
    let found = try measure(
      folder, "--count", "1", "--latency-pattern", "cpu ([0-9]+)", "--unit", "us")
    #expect(found.status == 0, "\(found.errors)")
    #expect(try rows(folder).last?.contains(",3.25,") == true)
    try folder.write("echo '{\"a\": {\"b_us\": [3500, 3500]}}'\n", to: "device.sh")
    try FileManager.default.removeItem(atPath: folder.file("table.csv"))
    #expect(try measure(folder, "--count", "1", "--latency-json-path", "a.b_us").status == 0)
    #expect(try rows(folder).last?.contains(",3.5,") == true)
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
      (["--latency-pattern", "("], "--latency-pattern: got '(', expected a regular expression"),
      (["--latency-json-path", "a..b"], "--latency-json-path: got 'a..b', expected a path"),
      (["--latency-pattern", "a", "--latency-json-path", "b"], "exclude each other"),
      (["--unit", "min"], "--unit: got 'min', expected one of ns, us, ms, s"),
    ] {
      let ended = try Program.Running(arguments(folder) + options).end()
      #expect(ended.status == 2 && ended.errors.contains(part), "\(options): \(ended.errors)")
    }
    let bare = try Program.run("profile", "measure", "--output", "x.json", "--count", "3")
    #expect(bare.status == 2 && bare.errors.contains("--count needs --command"))
    #expect(!folder.has("table.csv"))
  }
}
