import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the files that a study shares with others", Program.isBuilt)
struct KeptInputsTests {
  @Test("are kept as copies, which stand for them where the folder is alone")
  func alone() throws {
    let shared = try TemporaryFolder()
    let path = shared.file("a space.json")
    let study = try TinyStudy(
      StudyText.tiny.setting("search_space", "\"\(path)\"")
        .setting("finalists", "{\"count\": 1, \"baseline\": false}"))
    let space = try study.temporary.read("space.json")
    try space.write(to: URL(filePath: path))
    #expect(try StudyFiles(study.folder).copiedNames.isEmpty)
    let ran = try study.run()
    #expect(ran.status == 0, "\(ran.errors)")
    let copy = study.folder.keptCopy(of: path)
    #expect(copy.hasSuffix("-a space.json"))
    #expect(FileManager.default.contents(atPath: copy) == space)

    try FileManager.default.removeItem(atPath: path)
    #expect(try StudyFiles(study.folder).copiedNames == [path])
    for command in ["status", "report", "run"] {
      let ended = try study.run(command)
      #expect(ended.status == 0, "\(command): \(ended.errors)")
    }
    let verified = try study.run("verify")
    #expect(verified.status == 0, "\(verified.output)")
    #expect(verified.output.contains("read in place of \(path), which is not there"))

    // Another file is no copy, as it would not be the space in its own place.
    try String(decoding: space, as: UTF8.self)
      .replacing("\"name\": \"", with: "\"name\": \"other-", maxReplacements: 1)
      .write(toFile: copy, atomically: true, encoding: .utf8)
    let changed = try study.run()
    #expect(changed.status == 3 && changed.errors.contains("the search space"), "\(changed.errors)")

    // Without either, the file is named.
    try FileManager.default.removeItem(atPath: copy)
    let lost = try study.run("verify")
    #expect(lost.status == 3)
    #expect(lost.output.contains("missing") && lost.output.contains("names this file outside"))
  }
}
