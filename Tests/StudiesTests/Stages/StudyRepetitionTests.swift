import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a study once more with another seed")
struct StudyRepetitionTests {
  @Test("asks the same of the same files, in a folder of its own, wherever both are moved")
  func definition() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("hardware", "\"device.json\"").setting("warm_start", "[\"earlier\"]"))
    let files = try StudyFiles(study.folder)
    let repetition = StudyRepetition(2, of: files)
    #expect(
      repetition.seed == 5 && repetition.folder.path == study.folder.path + "/repetitions/seed-5")
    try repetition.write()
    let read = try StudyFiles(repetition.folder)
    #expect(read.definition.seed == 5 && read.definition.name == "tiny, seed 5")
    #expect(read.definition.searchSpace == "../../space.json")
    #expect(read.definition.hardware == ["../../device.json"])
    #expect(read.definition.warmStart == ["../../earlier"])
    #expect(read.definition.search == files.definition.search)
    #expect(read.definition.fullIdentity == files.definition.fullIdentity)
    #expect(repetition.ended == nil)
    let moved = try TinyStudy(copyOf: study)
    #expect(try StudyFiles(moved.folder.repetition(seed: 5)).space.name == files.space.name)
  }

  @Test("has a seed of its own next to the largest one too")
  func seeds() throws {
    let study = try TinyStudy(StudyText.tiny.setting("seed", "\(Int.max)"))
    let files = try StudyFiles(study.folder)
    #expect([1, 2].map { StudyRepetition($0, of: files).seed } == [Int.max - 1, Int.max - 2])
  }

  @Test("lies in the study's folder, and not behind a link that leads out")
  func links() throws {
    let study = try TinyStudy()
    let elsewhere = try TemporaryFolder()
    try Folder.create(study.temporary.file("repetitions"))
    try FileManager.default.createSymbolicLink(
      atPath: study.temporary.file("repetitions/seed-4"), withDestinationPath: elsewhere.path)
    expectError(["repetitions/seed-4", "a link to"]) { _ = try StudyFiles(study.folder) }
  }
}
