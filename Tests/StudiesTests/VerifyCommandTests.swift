import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill verify", Program.isBuilt)
struct VerifyCommandTests {
  /// What `verify --json` says of a study.
  private struct Verified: Decodable {
    struct Item: Decodable {
      var path: String
      var condition: String
      var detail: String?
      var remedy: String?
      var lost: Bool
    }

    var intact: Bool
    var running: Bool
    var items: [Item]

    func item(_ path: String) -> Item? { items.first { $0.path == path } }
  }

  private func verify(_ study: TinyStudy) throws -> (status: Int32?, found: Verified) {
    let ended = try study.run("verify", "--json")
    let found = try JSONDecoder().decode(Verified.self, from: Data(ended.output.utf8))
    #expect(found.intact == (ended.status == 0))
    return (ended.status, found)
  }

  /// Everything in a study's folder, to see that nothing changes.
  private func contents(_ study: TinyStudy) throws -> [String: String] {
    let names = FileManager.default.enumerator(atPath: study.folder.path)
    return Dictionary(
      uniqueKeysWithValues: (names?.compactMap { $0 as? String } ?? []).compactMap { name in
        guard !name.hasSuffix(".lock"),
          let data = FileManager.default.contents(atPath: study.temporary.file(name))
        else { return nil }
        return (name, ContentHash.hexadecimal(of: data))
      })
  }

  private func flipBit(of path: String, at place: Int) throws {
    let url = URL(filePath: path)
    var data = try Data(contentsOf: url)
    data[place] ^= 1
    try data.write(to: url)
  }

  private func firstKey(_ study: TinyStudy) throws -> String {
    let outcome = try study.outcome()
    return outcome.trials[try #require(outcome.finalists?.first)].key
  }

  @Test("finds a finished study intact, file by file, and changes nothing")
  func intact() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let before = try contents(study)
    let (status, found) = try verify(study)
    #expect(status == 0 && !found.running && found.items.allSatisfy { !$0.lost })
    #expect(
      found.items.allSatisfy { $0.condition == "intact" && $0.remedy == nil },
      "\(found.items.filter { $0.condition != "intact" })")
    let key = try firstKey(study)
    for path in [
      "study.json", "journal.jsonl", "data/images.u8", "data/labels.u8", "data/dataset.json",
      "teacher/weights.safetensors", "teacher/logits.raw", "teacher/validation-logits.raw",
      "teacher/test-logits.raw", "candidates/\(key)/weights.safetensors", "report/front.csv",
      "report/index.html",
    ] {
      #expect(found.item(path) != nil, "\(path)")
    }
    let text = try study.run("verify")
    #expect(text.status == 0)
    #expect(
      text.output.hasSuffix("\(study.folder.path): \(found.items.count) intact\n"), "\(text.output)"
    )
    #expect(try contents(study) == before)
  }

  @Test(
    "names what is damaged or missing and the command that makes it again; that makes it, bit for bit"
  )
  func repairs() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let key = try firstKey(study)
    let before = try contents(study)
    let weights = "candidates/\(key)/weights.safetensors"
    let damaged = [
      weights, "teacher/validation-logits.raw", "teacher/logits.raw", "data/images.u8",
    ]
    for path in damaged { try flipBit(of: study.temporary.file(path), at: 700) }
    let missing = ["teacher/test-logits.raw", "report/front.svg"]
    for path in missing { try FileManager.default.removeItem(atPath: study.temporary.file(path)) }
    try flipBit(of: study.temporary.file("report/front.csv"), at: 5)
    let leftovers = try ["teacher", "teacher/member-1/chunks", "candidates/\(key)/of-a-chain"].map {
      try Folder.create(study.temporary.file($0))
      return "\($0)/.logits.raw.\(UUID().uuidString).partial"
    }
    for path in leftovers { try study.temporary.write("half", to: path) }

    let (status, found) = try verify(study)
    #expect(status == 3)
    for path in damaged + ["report/front.csv"] {
      #expect(found.item(path)?.condition == "damaged", "\(path)")
    }
    for path in missing { #expect(found.item(path)?.condition == "missing", "\(path)") }
    for path in leftovers { #expect(found.item(path)?.condition == "leftover", "\(path)") }
    #expect(found.item(weights)?.detail?.contains("expected") == true)
    #expect(found.item(weights)?.remedy == "autodistill run \(study.folder.path)")
    #expect(found.item("report/front.csv")?.remedy == "autodistill report \(study.folder.path)")
    #expect(found.items.allSatisfy { !$0.lost })

    // What cannot be believed is not handed out.
    let export = try study.run("export", key, "--output", study.temporary.file("out.safetensors"))
    #expect(export.status == 3 && !study.temporary.has("out.safetensors"))
    let hashes = try [
      ContentHash.hexadecimal(ofFile: study.temporary.file(weights)), #require(before[weights]),
    ]
    for part in hashes + ["autodistill run \(study.folder.path)", weights] {
      #expect(export.errors.contains(part), "\(part): \(export.errors)")
    }

    let run = try study.run("run", "--workers", "2")
    try FinishedStudy.expectSame(study, run)
    for path in damaged { #expect(run.errors.contains("\(path) is damaged"), "\(run.errors)") }
    #expect(run.errors.contains("teacher/test-logits.raw is not there any more"))
    let removed = "removed what killed writes have left: \(leftovers.joined(separator: ", "))"
    #expect(run.errors.contains(removed))
    let after = try contents(study)
    for path in damaged + missing { #expect(after[path] == before[path], "\(path)") }
    #expect(try verify(study).status == 0)
    // Said once.
    #expect(try !study.run("run").errors.contains("damaged"))
  }

  @Test("knows weights of another student, and export refuses them")
  func foreignWeights() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let keys = try #require(outcome.finalists).map { outcome.trials[$0].key }
    let paths = keys.map { study.folder.weights(of: $0) }
    try Data(contentsOf: URL(filePath: paths[1])).write(to: URL(filePath: paths[0]))
    let (status, found) = try verify(study)
    #expect(status == 3 && found.items.count { $0.condition == "damaged" } == 1)
    let export = try study.run("export", keys[0], "--output", study.temporary.file("out"))
    #expect(export.status == 3 && export.errors.contains("or another file"))
  }

  @Test(
    "finds checkpoints that are damaged or another student's; the next run says so and removes them"
  )
  func checkpoints() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let keys = try #require(outcome.finalists).map { outcome.trials[$0].key }
    let paths = keys.map { "candidates/\($0)/baseline-1.checkpoint.safetensors" }
    let file = SafetensorsFile(
      tensors: ["parameters": NumericArray(shape: [2], [Float(1), 2])], metadata: ["next_step": "1"]
    )
    let whole = study.temporary.file(paths[0])
    try file.sealed(for: whole).write(to: whole)
    #expect(try verify(study).found.item(paths[0])?.condition == "intact")

    try FileManager.default.copyItem(atPath: whole, toPath: study.temporary.file(paths[1]))
    let (status, found) = try verify(study)
    #expect(status == 3)
    let foreign = try #require(found.item(paths[1]))
    #expect(foreign.condition == "damaged" && !foreign.lost)
    #expect(foreign.detail?.contains("\(keys[0])/baseline-1.checkpoint.safetensors") == true)
    #expect(foreign.remedy == "autodistill run \(study.folder.path)")

    try flipBit(of: whole, at: try Data(contentsOf: URL(filePath: whole)).count - 1)
    #expect(try verify(study).found.item(paths[0])?.condition == "damaged")
    let run = try study.run("run", "--workers", "1")
    try FinishedStudy.expectSame(study, run)
    #expect(run.errors.contains("\(paths[0]) is damaged (sha256 "), "\(run.errors)")
    #expect(run.errors.contains("\(paths[1]) is damaged (another training's"), "\(run.errors)")
    #expect(paths.allSatisfy { !study.temporary.has($0) })
    #expect(try verify(study).status == 0)
  }

  @Test("finds another description of the data; the next run says so and prepares them again")
  func description() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let path = "data/dataset.json"
    let before = try study.temporary.read(path)
    let text = String(decoding: before, as: UTF8.self)
    let changed = text.replacing(
      "\"standard_deviation\" : [\n      0.", with: "\"standard_deviation\" : [\n      1.",
      maxReplacements: 1)
    try #require(changed != text)
    try study.temporary.write(changed, to: path)
    let (status, found) = try verify(study)
    let item = try #require(found.item(path))
    #expect(status == 3 && item.condition == "damaged" && !item.lost)
    #expect(item.detail?.contains("description_sha256") == true, "\(item.detail ?? "")")
    let run = try study.run("run", "--workers", "1")
    try FinishedStudy.expectSame(study, run)
    #expect(run.errors.contains("\(path) is damaged"), "\(run.errors)")
    #expect(try study.temporary.read(path) != Data(changed.utf8))
    #expect(try verify(study).status == 0)
    try FileManager.default.removeItem(atPath: study.temporary.file(path))
    #expect(try verify(study).found.item(path)?.condition == "missing")
  }

  @Test(
    "finds what leakage and stability have left where it cannot be read or is another student's")
  func findings() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let key = try firstKey(study)
    let paths = ["candidates/\(key)/leakage.json", "stability.json"]
    for path in paths { try study.temporary.write("{}", to: path) }
    let (status, found) = try verify(study)
    #expect(status == 3)
    let items = try paths.map { try #require(found.item($0)) }
    #expect(items.allSatisfy { $0.condition == "damaged" && !$0.lost })
    #expect(items[0].remedy == "autodistill leakage \(study.folder.path) \(key)")
    #expect(items[1].remedy == "autodistill stability \(study.folder.path)")
  }

  @Test("finds an edited journal, and says the line")
  func journal() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    var lines = study.journalLines()
    let place = try #require(lines.firstIndex { $0.contains("\"event\":\"finished\"") })
    lines[place] = lines[place].replacing("\"trial\":", with: "\"trial\": ")
    try study.temporary.write(lines.map { $0 + "\n" }.joined(), to: "journal.jsonl")
    let (status, found) = try verify(study)
    #expect(status == 3)
    let item = try #require(found.item("journal.jsonl"))
    #expect(item.condition == "damaged" && item.lost)
    #expect(item.detail?.contains("journal.jsonl:\(place + 1): ") == true)
  }

  @Test(
    "takes a journal of a version before checksums for unchecked, whose run says so and takes files over"
  )
  func oldJournal() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let lines = study.journalLines().filter { !$0.contains("\"event\":\"kept\"") }
    try study.temporary.write(JournalText.old(lines), to: "journal.jsonl")
    let (status, found) = try verify(study)
    #expect(status == 0 && found.item("journal.jsonl")?.condition == "unchecked")
    #expect(found.item("teacher/logits.raw")?.condition == "unchecked")
    let run = try study.run("run", "--workers", "2")
    try FinishedStudy.expectSame(study, run)
    #expect(run.errors.components(separatedBy: "journal without checksums").count == 2)
    #expect(run.errors.contains("they are taken as they are"))
    let again = try verify(study).found
    #expect(again.item("teacher/logits.raw")?.condition == "intact")
    #expect(try study.run("run").errors.contains("taken as they are") == false)
  }

  @Test("tells a study that is not finished, or asks for more, from a damaged one")
  func unfinished() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    try study.cutJournal(toLines: 12, andBytes: 9)
    try FileManager.default.removeItem(atPath: study.folder.report)
    let (status, found) = try verify(study)
    #expect(status == 0, "\(found.items.filter { $0.condition != "intact" })")
    #expect(found.item("journal.jsonl")?.detail?.contains("9 bytes of a line") == true)
    let new = try TinyStudy()
    #expect(try verify(new).found.items.map(\.path) == ["study.json"])
    let none = try Program.run("verify", new.temporary.file("no such folder"))
    #expect(none.status == 3 && none.errors.contains("there is no such folder"))
  }

  @Test("says that the journal is missing where there are results without one")
  func withoutJournal() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    try FileManager.default.removeItem(atPath: study.folder.journal)
    let (status, found) = try verify(study)
    #expect(status == 3 && !found.intact)
    let journal = try #require(found.item("journal.jsonl"))
    #expect(journal.condition == "missing" && journal.lost)
  }

  @Test("leaves the report alone where study.json asks for something else than the journal")
  func otherQuestion() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let text = try String(contentsOfFile: study.folder.definition, encoding: .utf8)
    let seed = try study.inputs().definition.seed
    try text.replacing("\"seed\": \(seed)", with: "\"seed\": \(seed + 1)")
      .write(toFile: study.folder.definition, atomically: true, encoding: .utf8)
    let (status, found) = try verify(study)
    #expect(status == 3 && found.item("study.json")?.condition == "damaged")
    #expect(!found.items.contains { $0.path.hasPrefix("report/") })
  }
}
