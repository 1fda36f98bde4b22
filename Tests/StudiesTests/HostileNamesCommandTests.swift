import Foundation
import TestSupport
import Testing

@testable import Studies

/// Every name that a study may choose says something to a terminal, a spreadsheet, a browser or Markdown.
@Suite("autodistill on a study with hostile names", Program.isBuilt)
struct HostileNamesCommandTests {
  /// Bells, a title for the window, a text that is turned around, markup, a formula.
  private static func name(_ place: String) -> String {
    "=1+1\u{1B}]0;\(place)\u{7}\u{9B}2J\u{202E}<script>alert('\(place)')</script>`|*[x](javascript:y)"
  }

  private static func json(_ place: String) -> String {
    let text = name(place).unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value > 0x7E
        ? String(format: "\\u%04x", scalar.value)
        : scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    }
    return "\"" + text.joined() + "\""
  }

  /// What no output may hold as it is.
  private static let commands = ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}"]

  private func study() throws -> TinyStudy {
    let classes = ["a", "b", "c"].map { Self.json("class \($0)") }.joined(separator: ", ")
    let study = try TinyStudy(
      StudyText.tiny.setting("name", Self.json("study")).setting("hardware", "\"device.json\"")
        .setting("minimize", "[\"macs\", \"latency_ms\"]")
        .setting(
          "data",
          """
          {"train_images": "images.npy", "train_labels": "labels.npy", "class_names": [\(classes)],
           "validation_count": 60, "test_count": 60, "split": "random"}
          """
        )
        .setting("search", "{\"trials\": 3, \"initial_trials\": 2, \"look_ahead\": 2}")
        .setting("finalists", "{\"count\": 2, \"baseline\": false}"))
    try study.temporary.write(
      deviceProfile(name: "NAME").replacing("\"NAME\"", with: Self.json("profile"))
        .replacing("A board called NAME", with: String(Self.json("device").dropFirst().dropLast()))
        .replacing("\"some runtime\"", with: Self.json("runtime"))
        .replacing("From a data sheet.", with: String(Self.json("source").dropFirst().dropLast())),
      to: "device.json")
    try study.temporary.write(
      tinySpaceWithReferences.replacing("\"small\"", with: Self.json("reference"))
        .replacing("\"tiny\"", with: Self.json("space")), to: "space.json")
    return study
  }

  private func expectHarmless(
    _ text: String, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for command in Self.commands {
      #expect(
        !text.contains(command), "\(what) has \(command.debugDescription)",
        sourceLocation: sourceLocation)
    }
  }

  @Test("shows each as a text, in every file and on every stream")
  func outputs() throws {
    let study = try study()
    let run = try study.run()
    #expect(run.status == 0, "\(run.errors)")
    var all = ""
    for ended in [
      run, try study.run("status"), try study.run("report", "--terminal"),
      try study.run("run", "--progress", "json"),
      try Program.run("data", "describe", study.folder.definition),
      try Program.run("compare", study.folder.path, study.folder.path),
    ] {
      expectHarmless(ended.output + ended.errors, "a stream")
      all += ended.output + ended.errors
    }
    for file in ["index.html", "front.svg", "report.md", "front.csv", "front.json"] {
      let text = String(decoding: try study.temporary.read("report/\(file)"), as: UTF8.self)
      all += text
      expectHarmless(text, file)
      if file.hasSuffix("html") || file.hasSuffix("svg") || file.hasSuffix("md") {
        #expect(!text.contains("<script>alert"), "\(file)")
      }
      if file == "report.md" {
        #expect(!text.contains("[x](javascript"), "\(file)")
      }
      if file == "front.csv" {
        for line in text.split(whereSeparator: \.isNewline) {
          #expect(!line.hasPrefix("=") && !line.contains(",=") && !line.contains(",\"="), "\(line)")
        }
      }
    }
    // The names did get there.
    for place in ["study", "class a", "profile", "device", "reference"] {
      #expect(all.contains("]0;\(place)"), "\(place) is nowhere")
    }
  }

  @Test("shows each as a text in errors, too")
  func errors() throws {
    for (name, value) in [
      ("name", "7"), ("seed", Self.json("value")), (Self.json("key"), "1"),
      ("search_space", Self.json("path")), ("constraints", "[\(Self.json("constraint"))]"),
    ] {
      let study = try study()
      let text = String(decoding: try study.temporary.read("study.json"), as: UTF8.self)
      let quoted = name.hasPrefix("\"") ? name : "\"\(name)\""
      let own = text.split(separator: "\n").filter { !$0.contains("  \(quoted):") }
      try study.temporary.write(
        "{\n \(quoted): \(value),\n" + own.dropFirst().joined(separator: "\n"), to: "study.json")
      let ended = try study.run()
      #expect(ended.status == 3, "\(ended.errors)")
      expectHarmless(ended.output + ended.errors, "the error about \(name)")
    }
  }
}
