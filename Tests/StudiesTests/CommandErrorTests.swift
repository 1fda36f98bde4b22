import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill where nothing is feasible", Program.isBuilt)
struct InfeasibleCommandTests {
  @Test("ends with status 4, names the nearest student and what binds, each time")
  func nothingFeasible() throws {
    let study = try TinyStudy(.tiny.setting("constraints", "[\"macs<=10\"]"))
    for verb in ["run", "run", "search", "distill", "report"] {
      let ended = try study.run(verb)
      #expect(ended.status == 4, "\(verb): \(ended.errors)")
      if verb != "report" {
        #expect(ended.errors.contains("no student meets the constraints"))
        #expect(ended.errors.contains("breaks macs<=10 by "))
      }
      #expect(ended.output.contains("loosen a constraint"))
    }
    let nearest = try #require(try study.outcome().nothingFeasible).leastInfeasible
    #expect(nearest.first?.key == "000" && nearest.first?.binding == "macs<=10")
    #expect(try study.front().split(whereSeparator: \.isNewline).count == 1)
    #expect(
      try String(contentsOfFile: study.temporary.file("report/report.md"), encoding: .utf8)
        .contains("macs<=10"))
  }
}

@Suite("autodistill with wrong input", Program.isBuilt)
struct WrongInputTests {
  @Test("says which file is wrong, with status 3 and one line")
  func badInput() throws {
    func expect(
      _ parts: [String], _ verb: String = "run", _ text: StudyText = .tiny,
      sourceLocation: SourceLocation = #_sourceLocation, after change: (TinyStudy) throws -> Void
    ) throws {
      let study = try TinyStudy(text)
      try change(study)
      let ended = try study.run(verb)
      #expect(ended.status == 3, "\(ended.errors)", sourceLocation: sourceLocation)
      for part in parts {
        #expect(ended.errors.contains(part), "\(ended.errors)", sourceLocation: sourceLocation)
      }
      #expect(ended.errors.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
    }
    try expect(["study.json: cannot be read: there is no such file"]) {
      try FileManager.default.removeItem(atPath: $0.folder.definition)
    }
    try expect(["study.json:", "not valid JSON"]) {
      try $0.temporary.write(String(StudyText.tiny.json.prefix(200)), to: "study.json")
    }
    try expect(["seed: got \"one\""], "search", .tiny.setting("seed", "\"one\"")) { _ in }
    try expect(["hardware: got nothing"], "run", .tiny.setting("minimize", "[\"latency_ms\"]")) {
      _ in
    }
    try expect(["images.npy"]) { try $0.temporary.write("cut", to: "images.npy") }
    try expect(["the search has not ended; run autodistill search"], "distill") { _ in }
    try expect(["study.json: cannot be read: there is no such file"], "distill") {
      try FileManager.default.removeItem(atPath: $0.folder.definition)
    }
    try expect(["journal.jsonl:2: the journal is damaged here"]) {
      try $0.temporary.write("{}\n", to: "journal.jsonl")
      let journal = try Writer.journal(of: $0, lines: 3)
      try $0.temporary.write(journal.replacing("\"proposed\"", with: "\"prop"), to: "journal.jsonl")
    }
  }

  /// Journals made by hand.
  private enum Writer {
    static func journal(of study: TinyStudy, lines: Int) throws -> String {
      let encoder = JSONEncoder()
      let events = [MadeUp.began, MadeUp.proposed(0, macs: 5), MadeUp.stageTimed]
      return try events.prefix(lines)
        .map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }
  }

  @Test("refuses a study that was changed after it began, with status 3, and touches nothing")
  func changed() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let lines = study.journalLines()
    try study.write(TinyStudy.slow.setting("seed", "77"))
    let ended = try study.run()
    #expect(ended.status == 3)
    #expect(
      ended.errors.contains("study.json: seed was 3 when the journal was begun and is 77 now"))
    #expect(study.journalLines() == lines)
  }

  @Test("refuses a study that another process runs, with status 5")
  func locked() throws {
    let study = try TinyStudy()
    let lock = try StudyLock(study.folder)
    let ended = try study.run()
    #expect(ended.status == 5)
    #expect(
      ended.errors.contains("another process is running this study: ")
        && ended.errors.contains("(process \(getpid()) on "))
    withExtendedLifetime(lock) {}
    #expect(study.journalLines().isEmpty)
  }

  @Test("tells a file system without locks from a study that runs")
  func cannotLock() throws {
    let study = try TinyStudy()
    for (code, reason) in [(EOPNOTSUPP, "not supported"), (ENOLCK, "No locks available")] {
      expectError([".lock: cannot lock: ", reason, "file locks"]) {
        _ = try StudyLock(study.folder) { _, _ in
          errno = code
          return -1
        }
      }
    }
    #expect(throws: StudyError.locked(folder: study.folder.path)) {
      _ = try StudyLock(study.folder) { _, _ in
        errno = EWOULDBLOCK
        return -1
      }
    }
  }

  @Test(
    "says what cannot be written in a read-only folder or on a full disk, with status 5",
    Mounts.arePossible)
  func cannotWrite() throws {
    for (name, isFull, reason) in [
      ("data/", false, "Read-only file system"), ("journal.jsonl", false, "Read-only file system"),
      ("journal.jsonl", true, "No space left"), (".lock", false, "Read-only file system"),
      ("teacher/", false, "Read-only file system"),
    ] {
      let study = try TinyStudy()
      let path = study.temporary.file(name)
      if name.hasSuffix("/") {
        try Folder.create(path)
      } else {
        try study.temporary.write("", to: name)
      }
      let arguments = ["run", study.folder.path]
      let ended =
        isFull
        ? try Mounts.run(arguments, full: path) : try Mounts.run(arguments, readOnly: path)
      #expect(ended.status == 5, "\(name): \(ended.output)")
      #expect(ended.output.contains("autodistill: error: \(path)"), "\(ended.output)")
      #expect(ended.output.contains(": cannot ") && ended.output.contains(reason))
    }
  }

  @Test(
    "says what is in the way of a file or folder that it writes, with status 5",
    arguments: [
      ("data", "Not a directory"), ("teacher", "Not a directory"), (".lock", "Is a directory"),
    ])
  func inTheWay(name: String, reason: String) throws {
    let study = try TinyStudy()
    let path = study.temporary.file(name)
    if name == ".lock" {
      try Folder.create(path)
    } else {
      try study.temporary.write("", to: name)
    }
    let ended = try study.run()
    #expect(ended.status == 5, "\(ended.errors)")
    #expect(ended.errors.contains("autodistill: error: \(path): cannot create"), "\(ended.errors)")
    #expect(ended.errors.contains(reason), "\(ended.errors)")
  }

  @Test("writes through no link that leads out of the study's folder, with status 3")
  func linkOut() throws {
    let study = try TinyStudy()
    let elsewhere = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: study.temporary.file("data"), withDestinationPath: elsewhere.path)
    let ended = try study.run()
    #expect(ended.status == 3, "\(ended.errors)")
    #expect(ended.errors.contains("nothing is written elsewhere"), "\(ended.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path).isEmpty)
    // Its user may allow it, from the other side.
    let permission = elsewhere.file(StudyFolder.dataPermission)
    let real = try #require(realpath(study.folder.path, nil).map { String(cString: $0) })
    #expect(ended.errors.contains("echo \(real) > \(permission) allows"), "\(ended.errors)")
    try elsewhere.write(real + "\n", to: StudyFolder.dataPermission)
    let described = try Program.run("data", "describe", study.folder.path)
    #expect(described.status == 0, "\(described.errors)")
    #expect(elsewhere.has("images.u8") && study.temporary.has("data/images.u8"))
  }
}
