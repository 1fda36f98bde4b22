import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("deployed versions")
struct DeploymentTests {
  private let temporary: TemporaryFolder
  private let deployment: Deployment
  private let date = Date(timeIntervalSince1970: 1_800_000_000)

  init() throws {
    temporary = try TemporaryFolder()
    deployment = Deployment(temporary.file("deployed"))
  }

  @discardableResult
  private func add(_ text: String) throws -> DeployedVersion {
    let version = DeployedVersion(
      program: "1.0", study: "tiny", key: "01", precision: "fp32", model: "tflite", accuracy: 0.9,
      testAccuracy: nil)
    return try deployment.add(version, date: date) { folder, _ in
      try AtomicFile.write(text, to: "\(folder)/student.tflite")
    }
  }

  private func inUse() throws -> String {
    String(decoding: try temporary.read("deployed/current/student.tflite"), as: UTF8.self)
  }

  @Test("are numbered from 1, each stays as it is, and the link leads to the newest")
  func adds() throws {
    #expect(!deployment.exists)
    #expect(try deployment.currentVersion() == nil)
    #expect(try add("first").version == 1)
    let second = try add("second")
    #expect(second.version == 2 && second.date == "2027-01-15T08:00:00Z")
    #expect(second.files.map(\.path) == ["student.tflite"])
    #expect(second.files.first?.bytes == 6)
    #expect(second.files.first?.sha256 == ContentHash.hexadecimal(of: "second"))
    #expect(try deployment.version(2) == second)
    #expect(try inUse() == "second")
    #expect(
      String(decoding: try temporary.read("deployed/versions/1/student.tflite"), as: UTF8.self)
        == "first")
    // The link is relative, so that the folder may be moved.
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: deployment.current) == "versions/2")
  }

  @Test("are verified together with what says which one is in use")
  func verification() throws {
    try add("first")
    try add("second")
    let study = StudyFolder(temporary.path)
    func conditions() throws -> [String: StudyVerification.Condition] {
      Dictionary(
        uniqueKeysWithValues: try deployment.verification(in: study).map { ($0.path, $0.condition) }
      )
    }
    #expect(try conditions().values.allSatisfy { $0 == .intact })
    #expect(try conditions().count == 4)
    try FileManager.default.removeItem(atPath: temporary.file("deployed/versions/2"))
    #expect(try conditions()["deployed/current"] == .damaged)
    try FileManager.default.removeItem(atPath: deployment.current)
    #expect(try conditions()["deployed/current"] == .missing)
    try temporary.write("nothing\n", to: "deployed/history.jsonl")
    #expect(try conditions()["deployed/history.jsonl"] == .damaged)
  }

  @Test("tell which files are not in use any more where another takes their place")
  func filesNote() throws {
    let first = try add("first")
    #expect(try add("second").filesNote(after: first) == nil)
    var other = first
    other.files[0].path = "student.onnx"
    #expect(
      other.filesNote(after: first)
        == "student.tflite of version 1 is not in use any more, and version 1 has student.onnx")
  }

  @Test("leave nothing where their files cannot be written, and the link as it was")
  func failure() throws {
    try add("first")
    let version = try deployment.version(1)
    #expect(throws: StudyError.interrupted) {
      _ = try deployment.add(version, date: date) { _, _ in throw StudyError.interrupted }
    }
    let names = try FileManager.default.contentsOfDirectory(
      atPath: temporary.file("deployed/versions"))
    #expect(names == ["1"])
    #expect(try inUse() == "first")
  }

  @Test("come back one by one, without those that were taken back before")
  func rollsBack() throws {
    for text in ["first", "second", "third"] { try add(text) }
    #expect(try deployment.rollBack(to: nil, date: date).now.version == 2)
    #expect(try inUse() == "second")
    #expect(try deployment.withdrawnVersions() == [3])
    try add("fourth")
    // The third was taken back, so what is below the fourth is the second.
    let back = try deployment.rollBack(to: nil, date: date)
    #expect(back.now.version == 2 && back.before == 4)
    #expect(try deployment.rollBack(to: nil, date: date).now.version == 1)
    #expect(throws: StudyError.self) { try deployment.rollBack(to: nil, date: date) }
    #expect(try inUse() == "first")
    // A number brings back any of them.
    #expect(try deployment.rollBack(to: 3, date: date).now.version == 3)
    #expect(try !deployment.withdrawnVersions().contains(3))
    #expect(try deployment.history().map(\.version) == [1, 2, 3, 2, 4, 2, 1, 3])
    #expect(try deployment.rollBack(to: 3, date: date).before == 3)
    #expect(try deployment.history().count == 8)
    // The first was left, not taken back, when the third came back.
    #expect(try deployment.rollBack(to: nil, date: date).now.version == 1)
  }

  @Test("that were changed or are missing do not come into use")
  func damaged() throws {
    for text in ["first", "second"] { try add(text) }
    try temporary.write("other", to: "deployed/versions/1/student.tflite")
    #expect {
      try deployment.rollBack(to: 1, date: date)
    } throws: { error in
      "\(error)".contains("versions/1/student.tflite") && "\(error)".contains("SHA-256")
    }
    try FileManager.default.removeItem(
      atPath: temporary.file("deployed/versions/1/student.tflite"))
    #expect(throws: StudyError.self) { try deployment.rollBack(to: 1, date: date) }
    #expect {
      try deployment.rollBack(to: 7, date: date)
    } throws: { "\($0)".contains("no version 7, expected one of 1, 2") }
    #expect(try inUse() == "second")
  }

  @Test("are refused where something else stands in the link's place")
  func foreignLink() throws {
    try add("first")
    try FileManager.default.removeItem(atPath: deployment.current)
    try FileManager.default.createSymbolicLink(
      atPath: deployment.current, withDestinationPath: "/etc")
    #expect(throws: FileFormatError.self) { try deployment.currentVersion() }
    #expect(throws: FileFormatError.self) { try add("second") }
    #expect(deployment.versions() == [1])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: deployment.current) == "/etc")
  }

  @Test(
    "are refused where links lead out of their folder", arguments: ["versions", "history.jsonl"])
  func links(name: String) throws {
    try add("first")
    let path = "\(deployment.path)/\(name)"
    let elsewhere = temporary.file("elsewhere")
    #expect(rename(path, elsewhere) == 0)
    for target in [elsewhere, temporary.file("nothing")] {
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
      expectError([path, "a link to ", "nothing is written elsewhere"]) { try add("second") }
      if deployment.exists {
        expectError([path, "a link to ", "nothing is written elsewhere"]) {
          _ = try deployment.rollBack(to: 1, date: date)
        }
      }
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(rename(elsewhere, path) == 0)
    #expect(deployment.versions() == [1] && !temporary.has("nothing"))
    #expect(try add("second").version == 2)
  }

  @Test(
    "are numbered one after the other when several are added at once, and all are in the history")
  func atOnce() throws {
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      do { try add("\(index)") } catch { Issue.record(error) }
    }
    #expect(deployment.versions() == Array(1...8))
    #expect(try deployment.history().map(\.version) == Array(1...8))
    #expect(try deployment.currentVersion() == 8)
  }

  @Test("are not there where their use cannot be written down")
  func unwritten() throws {
    try add("first")
    try FileManager.default.removeItem(atPath: temporary.file("deployed/history.jsonl"))
    try Folder.create(temporary.file("deployed/history.jsonl"))
    #expect(throws: FileFormatError.self) { try add("second") }
    #expect(deployment.versions() == [1])
    #expect(try inUse() == "first")
  }

  @Test("clear away what killed exports have left, and nothing that is being written")
  func leftovers() throws {
    try add("first")
    let id = UUID().uuidString
    for name in [".current.\(id).partial", "versions/.2.\(id).partial"] {
      try Folder.create(temporary.file("deployed/\(name)"))
      try temporary.write("half", to: "deployed/\(name)/student.tflite")
    }
    let study = StudyFolder(temporary.path)
    #expect(study.writtenFolders.flatMap(Leftovers.find).count == 2)
    let version = try deployment.version(1)
    _ = try deployment.add(version, date: date) { folder, _ in
      try AtomicFile.write("second", to: "\(folder)/student.tflite")
      // What a run would do at this moment.
      #expect(try study.writtenFolders.flatMap(Leftovers.remove).isEmpty)
    }
    #expect(try inUse() == "second")
    let names = try ["deployed", "deployed/versions"].flatMap {
      try FileManager.default.contentsOfDirectory(atPath: temporary.file($0))
    }
    #expect(names.sorted() == ["1", "2", "current", "history.jsonl", "versions"])
  }

  @Test("have a history whose last line may be cut, and no other")
  func cutHistory() throws {
    try add("first")
    try add("second")
    let whole = try temporary.read("deployed/history.jsonl")
    try Data(whole.dropLast(9)).write(to: URL(filePath: temporary.file("deployed/history.jsonl")))
    #expect(try deployment.history().map(\.version) == [1])
    try add("third")
    #expect(try deployment.history().map(\.version) == [1, 3])
    try temporary.write("{}\n", to: "deployed/history.jsonl")
    #expect { try deployment.history() } throws: { "\($0)".contains("line 1") }
  }
}
