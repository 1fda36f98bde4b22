import Foundation
import TestSupport
import Testing

@Suite("autodistill compare and check", Program.isBuilt)
struct CompareCommandTests {
  /// A study's folder with its report, a bare file of another study, and one of other images.
  private struct Files {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      try FileManager.default.createDirectory(
        atPath: folder.file("study/report"), withIntermediateDirectories: true)
      try folder.write(SmallFront.json(), to: "study/report/front.json")
      try folder.write(SmallFront.json(seed: 2, accuracy: 0.8), to: "worse.json")
      try folder.write(SmallFront.json(seed: 3), to: "again.json")
      try folder.write(SmallFront.json(testHash: "others"), to: "others.json")
    }

    func run(_ verb: String, _ arguments: String...) throws -> Program.Ended {
      let places = arguments.map {
        $0.hasSuffix(".json") || $0 == "study" || $0.hasSuffix(".md") || $0.hasSuffix(".svg")
          || $0.hasSuffix(".html") ? folder.file($0) : $0
      }
      return try Program.Running([verb] + places).end()
    }
  }

  @Test("prints Markdown, or writes a page, a chart or JSON and prints the answer")
  func compare() throws {
    let files = try Files()
    let printed = try files.run("compare", "study", "worse.json")
    #expect(printed.status == 0 && printed.errors.isEmpty)
    #expect(printed.output.hasPrefix("<!-- autodistill-compare -->\n"))
    let written = try files.run(
      "compare", "study", "worse.json", "again.json", "--output", "c.md", "--svg", "c.svg")
    #expect(written.status == 0)
    #expect(written.output.split(separator: "\n").count == 2)
    #expect(written.output.contains("is worse within 2 of 2 budgets"))
    #expect(String(decoding: try files.folder.read("c.md"), as: UTF8.self).contains("](c.svg)"))
    #expect(String(decoding: try files.folder.read("c.svg"), as: UTF8.self).hasPrefix("<svg"))
    #expect(
      try files.run("compare", "study", "again.json", "--format", "html").output
        .hasPrefix("<!DOCTYPE html>"))
    #expect(
      try files.run("compare", "study", "again.json", "--format", "json").output
        .contains("\"format\": \"autodistill-compare/1\""))
  }

  @Test("refuses a comparison that would lie with status 3")
  func refused() throws {
    let files = try Files()
    for ended in [
      try files.run("compare", "study", "others.json"),
      try files.run(
        "check", "others.json", "--against", "study", "--no-worse", "test_accuracy"),
    ] {
      #expect(ended.status == 3 && ended.output.isEmpty)
      #expect(ended.errors.contains("not comparable: the test splits of"))
    }
    let missing = try files.run("compare", "study", "missing.json")
    #expect(missing.status == 3 && missing.errors.contains("there is no such file"))
  }

  @Test("checks with status 0 or 1, in every format")
  func check() throws {
    let files = try Files()
    let met = try files.run(
      "check", "study", "--require", "latency_ms<=2", "--require", "accuracy>=0.85", "--against",
      "again.json", "--no-worse", "accuracy@latency_ms<=2")
    #expect(met.status == 0, "\(met.output)\(met.errors)")
    #expect(met.output.contains("keeps every requirement"))
    for (format, part) in [
      ("text", "MISSED  accuracy>=0.9"), ("json", "\"met\": false"),
      ("junit", "<failure message="), ("github", "::error file="),
    ] {
      let missed = try files.run(
        "check", "worse.json", "--require", "accuracy>=0.9", "--format", format)
      #expect(missed.status == 1 && missed.errors.isEmpty)
      #expect(missed.output.contains(part))
    }
  }

  @Test(
    "says what is wrong with the command line, with status 2",
    arguments: [
      (["compare", "a"], "expected BEFORE AFTER…, got a"),
      (["compare", "a", "b", "--format", "pdf"], "--format: got 'pdf', expected one of markdown"),
      (
        ["compare", "a", "b", "--confidence", "95"],
        "--confidence: got '95', expected a probability"
      ),
      (["check", "a"], "check needs --require or --no-worse"),
      (["check", "a", "--require", "accuracy"], "'accuracy': expected a metric"),
      (["check", "a", "--no-worse", "accuracy"], "--against and --no-worse need each other"),
    ])
  func usage(arguments: [String], part: String) throws {
    let ended = try Program.Running(arguments).end()
    #expect(ended.status == 2 && ended.output.isEmpty)
    #expect(ended.errors.contains("autodistill: error: \(part)"), "\(ended.errors)")
  }

  @Test("names the metrics that there are where one is not")
  func unknown() throws {
    let files = try Files()
    let ended = try files.run("check", "study", "--require", "joules<=2")
    #expect(ended.status == 3)
    #expect(ended.errors.contains("no student has a 'joules', expected one of accuracy, kappa"))
  }
}
