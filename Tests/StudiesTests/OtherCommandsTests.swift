import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill export", Program.isBuilt)
struct ExportCommandTests {
  @Test("writes a student's weights with all that is needed to use them")
  func exports() throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    let temporary = try TemporaryFolder()
    let path = temporary.file("student.safetensors")
    let ended = try Program.run("export", study.folder.path, key, "--output", path)
    #expect(ended.status == 0, "\(ended.errors)")
    let file = try SafetensorsFile.read(path)
    let weights = try SafetensorsFile.read(study.folder.weights(of: key))
    #expect(file.tensors == weights.tensors)
    #expect(file.metadata["architecture"] == key && file.metadata["classes"] == "3")
    for name in ["description", "network", "pixel_mean", "pixel_deviation"] {
      #expect(file.metadata[name]?.isEmpty == false)
    }
  }

  @Test("of an unknown key lists the known ones, with status 3", arguments: ["zzz", "1", "other"])
  func unknownKey(key: String) throws {
    let study = try FinishedStudy.study()
    let outcome = try study.outcome()
    let finalists = try #require(outcome.finalists)
    // "other": a student of the space that has not been distilled.
    let other = outcome.trials.first { !finalists.contains($0.number) }?.key
    let asked = key == "other" ? try #require(other) : key
    let ended = try Program.run("export", study.folder.path, asked)
    #expect(ended.status == 3)
    for finalist in finalists {
      #expect(ended.errors.contains(outcome.trials[finalist].key), "\(ended.errors)")
    }
  }
}

@Suite("autodistill report", Program.isBuilt)
struct ReportCommandTests {
  @Test("writes the report of a study at any point of its way, and the same one again")
  func anyPoint() throws {
    let finished = try FinishedStudy.study()
    for lines in [0, 1, 2, 5, 12, 20, 22] {
      let study = try TinyStudy(copyOf: finished)
      try study.cutJournal(toLines: lines)
      let ended = try study.run("report")
      #expect(ended.status == 0, "\(lines) lines: \(ended.errors)")
      #expect(study.journalLines().count == lines)
    }
    let study = try TinyStudy(copyOf: finished)
    let front = try study.front()
    try FileManager.default.removeItem(atPath: study.folder.report)
    // The data set need not be there.
    for name in ["images.npy", "labels.npy", "data"] {
      try FileManager.default.removeItem(atPath: study.temporary.file(name))
    }
    #expect(try study.run("report").status == 0)
    #expect(try study.front() == front)
    #expect(!study.temporary.has("data"))
  }
}
