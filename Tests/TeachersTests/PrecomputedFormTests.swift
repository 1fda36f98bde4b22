import Datasets
import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("precomputed logits as a teacher")
struct PrecomputedFormTests {
  private static let all = SmallStudy.logits(120)

  private func write(_ logits: [Float], to name: String, in study: SmallStudy) throws {
    try NPYFile.write(
      NumericArray(shape: [logits.count / 3, 3], logits), to: study.folder.file(name))
  }

  private func json(_ members: String) -> String {
    "{\"logits\": {\"kind\": \"logits\", \"train\": \"t.npy\"\(members)}}"
  }

  @Test("give every split the rows of its images, all from one file where there are no test files")
  func splits() throws {
    let study = try SmallStudy()
    try write(Self.all, to: "t.npy", in: study)
    let teacher = try study.teacher(json(""))
    var rows = Set<[Float]>()
    for split in DatasetSplit.allCases {
      let answers = try #require(try teacher.answers(on: split, .quiet))
      #expect(try answers.logits == study.rows(Self.all, of: split))
      #expect(answers.notes.isEmpty)
      for start in stride(from: 0, to: answers.logits.count, by: 3) {
        rows.insert(Array(answers.logits[start..<start + 3]))
      }
    }
    #expect(rows.count == 120)
    #expect(try teacher.costs() == nil && teacher.keptFiles.isEmpty)
  }

  @Test("have test logits in a file of their own where the data have test files, or none")
  func testFiles() throws {
    let study = try SmallStudy(hasTestFiles: true)
    try write(Self.all, to: "t.npy", in: study)
    let test = SmallStudy.logits(30, seed: 6)
    try write(test, to: "test.npy", in: study)
    let whole = try study.teacher(json(", \"test\": \"test.npy\""))
    #expect(try whole.answers(on: .test, .quiet)?.logits == test)
    // A file that does not fit is found at the first question, not when everything has been trained.
    try write(Array(test.dropLast(3)), to: "short.npy", in: study)
    let short = try study.teacher(json(", \"test\": \"short.npy\""))
    expectError(["short.npy", "29 rows"]) { _ = try short.answers(on: .training, .quiet) }
    #expect(try whole.answers(on: .validation, .quiet)?.logits.count == 60)
    let part = try study.teacher(json(""))
    #expect(try part.answers(on: .test, .quiet) == nil)
    // Nothing depends on what it says of the test split.
    #expect(try part.identity() == whole.identity())
    let data = study.reader.dataset.definition
    #expect(
      try study.definition(json("")).obstacleToTesting(on: data) == "teacher.logits has no \"test\""
    )
    #expect(
      try study.definition(json(", \"test\": \"test.npy\"")).obstacleToTesting(on: data) == nil)
    let alone = try SmallStudy()
    #expect(
      try alone.definition(json("")).obstacleToTesting(on: alone.reader.dataset.definition) == nil)
    expectError(["teacher.logits.test", "\"test.npy\"", "taken from the training files"]) {
      _ = try alone.teacher(json(", \"test\": \"test.npy\""))
    }
  }

  @Test("may have validation logits of their own, of all images or of the split")
  func ownValidation() throws {
    let study = try SmallStudy()
    try write(Self.all, to: "t.npy", in: study)
    let other = SmallStudy.logits(120, seed: 8)
    try write(other, to: "all.npy", in: study)
    let split = SmallStudy.logits(20, seed: 9)
    try write(split, to: "split.npy", in: study)
    let all = try study.teacher(json(", \"validation\": \"all.npy\""))
    #expect(try all.answers(on: .validation, .quiet)?.logits == study.rows(other, of: .validation))
    #expect(try all.answers(on: .training, .quiet)?.logits == study.rows(Self.all, of: .training))
    let own = try study.teacher(json(", \"validation\": \"split.npy\""))
    #expect(try own.answers(on: .validation, .quiet)?.logits == split)
    #expect(try own.identity() != all.identity())
  }

  @Test("have their classes matched by name")
  func classes() throws {
    let study = try SmallStudy(names: SmallStudy.names)
    try write(Self.all, to: "t.npy", in: study)
    let plain = try study.teacher(json(", \"classes\": [\"cat\", \"dog\", \"eel\"]"))
    #expect(try plain.answers(on: .training, .quiet)?.logits == study.rows(Self.all, of: .training))
    let teacher = try study.teacher(json(", \"classes\": [\"eel\", \"cat\", \"dog\"]"))
    let expected = try study.rows(Self.all, of: .training)
    let found = try #require(try teacher.answers(on: .training, .quiet)).logits
    for start in stride(from: 0, to: found.count, by: 3) {
      #expect(
        Array(found[start..<start + 3])
          == [expected[start + 1], expected[start + 2], expected[start]])
    }
    for (classes, parts) in [
      ("[\"eel\", \"cat\", \"cow\"]", ["\"cow\"", "\"cat\", \"dog\", \"eel\""]),
      ("[\"eel\", \"cat\"]", ["\"dog\" 0 times", "once"]),
      ("[\"eel\", \"cat\", \"dog\", \"cat\"]", ["\"cat\" 2 times", "once"]),
    ] {
      expectError(["teacher.logits.classes"] + parts) {
        _ = try study.teacher(json(", \"classes\": \(classes)"))
      }
    }
    expectError(["teacher.logits.classes", "no names of classes"]) {
      _ = try SmallStudy().teacher(json(", \"classes\": [\"cat\", \"dog\", \"eel\"]"))
    }
  }

  @Test("say how much of the mass is known, and what was raised")
  func notes() throws {
    let study = try SmallStudy()
    try writeNPZ(
      [
        ("values", NumericArray(shape: [120, 1], [Float](repeating: 0.75, count: 120))),
        ("indices", NumericArray(shape: [120, 1], [UInt8](repeating: 2, count: 120))),
      ], to: study.folder.file("k.npz"))
    let teacher = try study.teacher(
      "{\"logits\": {\"kind\": \"probabilities\", \"train\": \"k.npz\", \"top_k\": true}}")
    let answers = try #require(try teacher.answers(on: .training, .quiet))
    #expect(answers.notes.count == 1)
    #expect(answers.notes[0].hasPrefix("k.npz, training split: of each image the 1 largest"))
    let oneHot: [Float] = (0..<360).map { $0 % 3 == 0 ? 1 : 0 }
    try write(oneHot, to: "p.npy", in: study)
    let hard = try study.teacher(
      "{\"logits\": {\"kind\": \"probabilities\", \"train\": \"p.npy\"}}")
    #expect(
      try #require(try hard.answers(on: .validation, .quiet)).notes[0]
        .hasPrefix("p.npy, validation split: 40 probabilities of 0"))
  }

  @Test("are another teacher where a file or its meaning is another")
  func identity() throws {
    let study = try SmallStudy()
    try write(Self.all, to: "t.npy", in: study)
    var identities = try [
      json(""), json(", \"temperature\": 2"),
      json("").replacing("\"logits\",", with: "\"log_probabilities\","),
    ].map { try study.teacher($0).identity() }
    try write(SmallStudy.logits(120, seed: 7), to: "t.npy", in: study)
    identities.append(try study.teacher(json("")).identity())
    #expect(Set(identities).count == 4)
    try FileManager.default.removeItem(atPath: study.folder.file("t.npy"))
    let teacher = try study.teacher(json(""))
    expectError([try study.folder.file("t.npy")]) { _ = try teacher.identity() }
  }

  @Test("cannot be asked about augmented images")
  func asked() throws {
    let teacher = try SmallStudy().teacher(json(""))
    #expect(try #require(teacher.obstacleToAsking).contains("teacher.logits"))
    expectError(["teacher.logits", "augmented"]) { _ = try teacher.live() }
  }
}
