import Datasets
import Distillation
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a teacher that was not trained here")
struct ForeignTeacherTests {
  @discardableResult
  private func run(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .teacher,
    watch: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) throws -> StudyState {
    var run = StudyRun(
      try FakeWorker(
        in: study.temporary,
        onTask: """
          if [ "$kind" = distill ]; then
            mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
          fi
          answer
          """))
    run.watch = watch
    return try run(study, through: stage)
  }

  /// A study whose teacher's logits are those of the network of another one.
  private func taught(_ text: StudyText = .tiny) throws -> (study: TinyStudy, network: TinyStudy) {
    let network = try BeforeSearch.copy()
    let study = try TinyStudy(text.taughtByLogits)
    try study.writeLogits(network.teacherLogits())
    return (study, network)
  }

  @Test("gives the students the logits of its file, and what is known of it is the same")
  func logits() throws {
    let (study, network) = try taught()
    let given = try #require(try run(study).teacher)
    let trained = try #require(try network.outcome().teacher)
    #expect(
      try study.temporary.read("teacher/logits.raw")
        == network.temporary.read("teacher/logits.raw"))
    #expect(given.validation == trained.validation)
    #expect(given.pipelineAccuracy == trained.pipelineAccuracy)
    #expect(given.logitsHash == trained.logitsHash && given.logitsHash != nil)
    #expect(given.weightsHash == given.logitsHash && given.tensorsHash == nil)
    #expect(given.macs == nil && given.parameters == nil && trained.macs != nil)
    #expect(given.members == nil && given.validationOutcome == trained.validationOutcome)
    // It is known the next time, and lost answers come back from the file.
    let lines = study.journalLines().filter { !$0.contains("stage_timed") }
    try FileManager.default.removeItem(atPath: study.folder.softTargets)
    try run(study)
    #expect(study.journalLines().filter { !$0.contains("stage_timed") } == lines)
  }

  @Test("whose file has changed since students have learnt from it is refused")
  func changed() throws {
    let (study, network) = try taught()
    try run(study, through: .search)
    var logits = try network.teacherLogits()
    logits[0] += 1
    logits[1] -= 1
    for index in logits.indices { logits[index] *= 1.5 }
    try study.writeLogits(logits)
    let before = try study.temporary.read("teacher/logits.raw")
    expectError(["what the teacher says has changed"]) { try run(study) }
    // What students have learnt from is still there.
    #expect(try study.temporary.read("teacher/logits.raw") == before)
    #expect(FileManager.default.fileExists(atPath: study.folder.teacherValidationLogits))
  }

  @Test("that answers for other classes or other images is refused, with what to look at")
  func wrong() throws {
    let (study, network) = try taught()
    let logits = try network.teacherLogits()
    try study.writeLogits(logits.indices.map { logits[$0 / 3 * 3 + ($0 + 1) % 3] })
    expectError(["is right on only", "classes look swapped", "is mostly labelled"]) {
      try run(study)
    }
    #expect(try study.outcome().teacher == nil)
    // One class for all, which no permutation and no shift explains.
    expectError(["is right on only", "look at the order of rows and classes"]) {
      try study.writeLogits(logits.indices.map { $0 % 3 == 0 ? 2 : 0 })
      try run(study)
    }
    expectError(["t.npy", "359 rows", "360, one for each image of the data's files"]) {
      try study.writeLogits(Array(logits.dropLast(3)))
      try run(study)
    }
    expectError(["t.npy", "row ", "nan", "finite logits"]) {
      try study.writeLogits([Float](repeating: .nan, count: logits.count))
      try run(study)
    }
  }

  @Test("cannot see augmented images where it has only answers, naming the field")
  func augmented() throws {
    let full = """
      {"epochs": 3, "batch": 24, "learning_rate": 0.1, "teacher_view": "augmented"}
      """
    for teacher in [
      "{\"logits\": {\"train\": \"t.npy\", \"kind\": \"logits\"}}",
      "{\"command\": [\"t\", \"{images}\", \"{logits}\"], \"kind\": \"logits\"}",
      "[{\(StudyText.tinyNetwork)}, {\"logits\": {\"train\": \"t.npy\", \"kind\": \"logits\"}}]",
    ] {
      let study = try TinyStudy(.tiny.taught(by: teacher).setting("full", full))
      expectError(["full.teacher_view", "got \"augmented\", expected \"clean\": "]) {
        _ = try study.inputs()
      }
    }
  }

  @Test("may be several: the report knows each of them")
  func members() throws {
    let (study, network) = try taught()
    try study.write(
      .tiny.taught(
        by: """
          [{\(StudyText.tinyNetwork), "weight": 2},
           {"logits": {"train": "t.npy", "kind": "logits"}}, {\(StudyText.tinyNetwork)}]
          """))
    let teacher = try #require(try run(study).teacher)
    let alone = try #require(try network.outcome().teacher)
    let members = try #require(teacher.members)
    #expect(members.count == 3)
    // The first is the network that would stand alone, and the second what it says.
    #expect(members[0].validation == alone.validation && members[1] == members[0])
    #expect(members[2] != members[0])
    #expect(teacher.macs == nil && teacher.weightsHash != teacher.logitsHash)
    let lines = study.journalLines().count
    #expect(try run(study).teacher == teacher)
    #expect(study.journalLines().count == lines)
    // Lost weights of a member are made again, the same.
    try FileManager.default.removeItem(
      atPath: study.temporary.file("teacher/member-3/weights.safetensors"))
    #expect(try run(study).teacher == teacher)
  }

  @Test("may be asked by a program, which is not called again when all is known")
  func command() throws {
    let (study, network) = try taught()
    let dataset = try study.inputs().dataset
    let logits = try network.teacherLogits()
    var call = 0
    for split in [DatasetSplit.training, .validation] {
      let order = try dataset.sourceOrder(of: split).indices
      for start in stride(from: 0, to: order.count, by: 100) {
        let rows = order[start..<min(order.count, start + 100)].flatMap {
          logits[3 * $0..<3 * $0 + 3]
        }
        try study.writeLogits(Array(rows), to: "rows-\(call).npy")
        call += 1
      }
    }
    try study.temporary.write(
      """
      n=$(cat calls 2> /dev/null | wc -l)
      cp rows-$n.npy "$2"
      echo call >> calls
      """, to: "teacher.sh")
    try study.write(
      .tiny.taught(
        by: """
          {"command": ["sh", "teacher.sh", "{images}", "{logits}"], "kind": "logits", "chunk": 100}
          """))
    let notes = Recorded<String>()
    let teacher = try #require(
      try run(study) { if case .note(let text) = $0 { notes.add(text) } }.teacher)
    #expect(
      notes.all.contains {
        $0.hasPrefix("teacher.command gets images as uint8 [n, 8, 8, 1], 0 to 255")
      })
    #expect(teacher.logitsHash == (try network.outcome().teacher?.logitsHash))
    #expect(teacher.validation == (try network.outcome().teacher?.validation))
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 4 * 5)
    #expect(try run(study).teacher == teacher)
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 4 * 5)
    #expect(!study.temporary.has("teacher/chunks"))
    // Another program is another teacher.
    try study.temporary.write("echo out of memory >&2; exit 4", to: "teacher.sh")
    expectError(["teacher.command", "ended with status 4", "out of memory"]) { try run(study) }
  }

  @Test("is the network that says the same, for a warm start and for a merge")
  func sameAnswers() throws {
    let search = "{\"sampler\": \"random\", \"trials\": 6}"
    let (study, network) = try taught(.tiny.setting("search", search))
    try network.write(.tiny.setting("search", search))
    try FileManager.default.removeItem(atPath: network.folder.journal)
    try run(network, through: .search)
    try study.write(
      StudyText.tiny.setting("search", search).taughtByLogits
        .setting("warm_start", "[\"\(network.folder.path)\"]"))
    let state = try run(study, through: .search)
    #expect(state.imported?.sources.first?.differences == [] && state.carriedCount == 6)
    let merged = try TemporaryFolder()
    let counts = try StudyMerge([study.folder.path, network.folder.path])
      .write(to: merged.file("both"), version: "1")
    #expect(counts.trials == state.trials.count)
    // Its teacher is found where it lies.
    let definition = try StudyDefinition(contentsOf: merged.file("both/study.json"))
    #expect(
      definition.json.member("teacher")?.member("logits")?.member("train")
        == .text(study.temporary.file("t.npy")))
    let inputs = try StudyInputs(StudyFolder(merged.file("both")))
    #expect(
      try TeacherStage.identity(inputs) == Journal.state(of: inputs.folder).teacher?.identity)
    withExtendedLifetime((study, network, merged)) {}
  }

  @Test("stays the same where its file moves and its test logits come later, and nothing else")
  func growth() throws {
    let (study, _) = try taught()
    try run(study, through: .search)
    try FileManager.default.moveItem(
      atPath: study.temporary.file("t.npy"), toPath: study.temporary.file("u.npy"))
    let moved = "{\"logits\": {\"train\": \"u.npy\", \"kind\": \"logits\"}}"
    try study.write(.tiny.taught(by: moved))
    let state = try run(study, through: .search)
    let change = try #require(state.growths.first?.event.changes.first)
    #expect(change.description == "teacher.logits.train: \"t.npy\" → \"u.npy\"")
    try study.write(
      .tiny.taught(
        by: "{\"logits\": {\"train\": \"u.npy\", \"kind\": \"logits\", \"temperature\": 2}}"))
    expectError(["teacher.logits.temperature was nothing", "is 2 now", "has learnt from it"]) {
      try run(study)
    }
  }

  @Test("has an unknown test accuracy where it says nothing of the test split, and that is no gap")
  func unknownTest() throws {
    let (study, _) = try taught()
    let images = TinyData.images
    func write(_ range: Range<Int>, _ name: String) throws {
      let size = TinyData.side * TinyData.side
      try NPYFile.write(
        NumericArray(
          shape: [range.count, TinyData.side, TinyData.side], elementType: .uint8,
          bytes: Data(images.bytes)[range.lowerBound * size..<range.upperBound * size]),
        to: study.temporary.file("\(name).npy"))
      try NPYFile.write(
        NumericArray(shape: [range.count], range.map { UInt8($0 % 3) }),
        to: study.temporary.file("\(name)-labels.npy"))
    }
    try write(0..<300, "train")
    try write(300..<360, "test")
    // Right answers for all, softened.
    try study.writeLogits((0..<900).map { $0 % 3 == $0 / 3 % 3 ? 3 : 0 })
    let text = StudyText.tiny.taughtByLogits.setting(
      "data",
      """
      {"train_images": "train.npy", "train_labels": "train-labels.npy", "classes": 3,
       "test_images": "test.npy", "test_labels": "test-labels.npy", "validation_count": 60}
      """)
    try study.write(text)
    let state = try run(study, through: .distillation)
    #expect(state.teacher?.test == nil && state.teacher?.validation.accuracy == 1)
    // Test logits that come later are looked at, and nothing else is done again.
    try study.writeLogits((0..<180).map { $0 % 3 == $0 / 3 % 3 ? 3 : 0 }, to: "test-t.npy")
    try study.write(
      text.taught(
        by: """
          {"logits": {"train": "t.npy", "test": "test-t.npy", "kind": "logits"}}
          """))
    let later = try run(study, through: .distillation)
    #expect(later.teacher?.test?.accuracy == 1 && later.trials == state.trials)
    #expect(later.distilled == state.distilled)
  }
}
