import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("what a run writes")
struct StudyFolderLinksTests {
  @Test(
    "stays in the study's folder, whatever links lie in it",
    arguments: [
      "report", "data", "candidates", "candidates/000", "journal.jsonl", "teacher",
      "deployed/versions",
    ])
  func links(name: String) throws {
    let study = try TinyStudy()
    let elsewhere = try TemporaryFolder()
    if let parent = name.split(separator: "/").dropLast().first {
      try Folder.create(study.temporary.file(String(parent)))
    }
    let path = study.temporary.file(name)
    for target in [elsewhere.path, elsewhere.file("none"), "..", "../.."] {
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
      expectError([path, "a link to ", "nothing is written elsewhere"]) {
        _ = try StudyFiles(study.folder)
      }
      try FileManager.default.removeItem(atPath: path)
    }
    try Folder.create(study.temporary.file("own"))
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: study.temporary.file("own"))
    _ = try StudyFiles(study.folder)
  }

  @Test(
    "may be prepared data elsewhere, where the folder there allows it, and nothing else",
    arguments: ["data", "report"])
  func permission(name: String) throws {
    let study = try TinyStudy()
    let elsewhere = try TemporaryFolder()
    let real = try #require(realpath(study.folder.path, nil).map { String(cString: $0) })
    try elsewhere.write(real + "\n", to: StudyFolder.dataPermission)
    let path = study.temporary.file(name)
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: elsewhere.path)
    if name == "data" {
      _ = try StudyFiles(study.folder)
      // Another study's data.
      try elsewhere.write(real + "2\n", to: StudyFolder.dataPermission)
      expectError([path, "echo \(real) > "]) { _ = try StudyFiles(study.folder) }
      try elsewhere.write("", to: StudyFolder.dataPermission)
      expectError([path, "nothing is written elsewhere"]) { _ = try StudyFiles(study.folder) }
    } else {
      expectError([path, "nothing is written elsewhere"]) { _ = try StudyFiles(study.folder) }
    }
  }

  @Test("may be reached through links: only those inside count")
  func linkToStudy() throws {
    let study = try TinyStudy()
    let elsewhere = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: elsewhere.file("link"), withDestinationPath: study.folder.path)
    _ = try StudyFiles(StudyFolder(elsewhere.file("link")))
  }

  @Test(
    "is named by keys without a way out: a journal with another text is refused by its line",
    arguments: ["../../x", "/etc", "a/b", "", ".", "A", "00\u{0}", "é"])
  func keys(key: String) throws {
    let temporary = try TemporaryFolder()
    let journal = try Journal(StudyFolder(temporary.path))
    for event in MadeUp.everyKind {
      guard case .proposed(var proposed) = event else { continue }
      proposed.key = key
      try journal.append(.proposed(proposed))
      break
    }
    expectError(["journal.jsonl:1", "is no architecture's key"]) {
      _ = try Journal.state(of: StudyFolder(temporary.path))
    }
  }
}
