import Distillation
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the teacher")
struct TeacherStageTests {
  /// Runs a study up to its teacher.
  private func teacher(_ study: TinyStudy, threads: Int = 1) throws -> JournalEvent.TeacherReady {
    var run = StudyRun(try FakeWorker(in: study.temporary))
    run.threads = threads
    return try #require(try run(study, through: .teacher).teacher)
  }

  private func identity(_ text: StudyText) throws -> String {
    let inputs = try TinyStudy(text).inputs()
    let context = StudyContext(
      version: "1", workerCommand: [], workers: 1, threads: 1, report: { _ in },
      isCancelled: { false })
    return try TeacherStage(inputs: inputs, context: context).identity()
  }

  @Test("is trained, its logits are cached, and they agree with the labels")
  func trained() throws {
    let study = try TinyStudy()
    let teacher = try self.teacher(study)
    #expect(teacher.validation.accuracy > 0.8 && teacher.pipelineAccuracy > 0.8)
    #expect(teacher.validation.count == 60 && teacher.test == nil)
    #expect(
      try ContentHash.hexadecimal(ofFile: study.folder.teacherWeights) == teacher.weightsHash)
    let logits = try study.temporary.read("teacher/logits.raw")
    #expect(logits.count == 4 * 3 * 240)
    #expect(!study.temporary.has("teacher/checkpoint.safetensors"))
  }

  @Test("is the same bits for any number of threads")
  func threads() throws {
    #expect(try teacher(TinyStudy()) == teacher(TinyStudy(), threads: 3))
  }

  @Test("is not trained again, but its lost or damaged files are made again, the same")
  func files() throws {
    let study = try TinyStudy()
    let first = try teacher(study)
    let logits = try study.temporary.read("teacher/logits.raw")
    let lines = study.journalLines().count
    for damage: (TinyStudy) throws -> Void in [
      { _ in },
      { try FileManager.default.removeItem(atPath: $0.folder.softTargets) },
      { try $0.temporary.write("short", to: "teacher/logits.raw") },
      { try $0.temporary.write("no weights", to: "teacher/weights.safetensors") },
      { try FileManager.default.removeItem(atPath: $0.folder.teacher) },
    ] {
      try damage(study)
      #expect(try teacher(study) == first)
      #expect(try study.temporary.read("teacher/logits.raw") == logits)
      #expect(try ContentHash.hexadecimal(ofFile: study.folder.teacherWeights) == first.weightsHash)
    }
    #expect(study.journalLines().filter { !$0.contains("stage_timed") }.count == lines)
  }

  @Test("that is stopped in training is not ready, and is the same afterwards")
  func stopped() throws {
    let study = try TinyStudy()
    var run = StudyRun(try FakeWorker(in: study.temporary))
    run.stopsAfter = { _ in true }
    #expect(throws: StudyError.interrupted) { try run(study, through: .teacher) }
    #expect(try study.outcome().teacher == nil)
    #expect(try teacher(study) == teacher(TinyStudy()))
  }

  @Test("may be brought along as a file")
  func givenWeights() throws {
    let study = try TinyStudy()
    let first = try teacher(study)
    let other = try TinyStudy(
      .tiny.setting(
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]}, "weights": "mine.safetensors"}
        """))
    try FileManager.default.copyItem(
      atPath: study.folder.teacherWeights, toPath: other.temporary.file("mine.safetensors"))
    let given = try teacher(other)
    #expect(given.validation == first.validation)
    #expect(given.pipelineAccuracy == first.pipelineAccuracy)
  }

  @Test("that was brought along is refused where the file is missing or another network's")
  func wrongWeights() throws {
    let text = StudyText.tiny.setting(
      "teacher",
      """
      {"network": {"stem_channels": 8, "stages": [{"channels": 8}]}, "weights": "mine.safetensors"}
      """)
    let study = try TinyStudy(text)
    expectError([study.temporary.file("mine.safetensors")]) { _ = try teacher(study) }
    try SafetensorsFile(
      tensors: ["1.weight": NumericArray(shape: [2], [Float(1), 2])], metadata: [:]
    ).write(to: study.temporary.file("mine.safetensors"))
    expectError([study.temporary.file("mine.safetensors"), "1.weight", "[2]"]) {
      _ = try teacher(study)
    }
  }

  @Test("that knows nothing of the images is refused before any student trains")
  func knowsNothing() throws {
    // Labels that have nothing to do with the images.
    let study = try TinyStudy()
    var labels = [UInt8](repeating: 0, count: TinyData.count)
    for index in labels.indices { labels[index] = UInt8((index / 3 + index / 40) % 3) }
    try NPYFile.write(
      NumericArray(shape: [TinyData.count], labels), to: study.temporary.file("labels.npy"))
    expectError(["the teacher is right on only", "chance is 33.3 %"]) { _ = try teacher(study) }
    #expect(try study.outcome().teacher == nil)
  }

  @Test("may be right on four of five images of two classes")
  func twoClasses() throws {
    let study = try TinyStudy(
      .tiny.setting(
        "data",
        """
        {"train_images": "images.npy", "train_labels": "labels.npy", "classes": 2,
         "validation_count": 60, "test_count": 60}
        """))
    // Across or down, but one label in ten is wrong.
    let labels = (0..<TinyData.count).map { UInt8(($0 % 3 == 1) == ($0 % 30 < 3) ? 0 : 1) }
    try NPYFile.write(
      NumericArray(shape: [TinyData.count], labels), to: study.temporary.file("labels.npy"))
    let teacher = try self.teacher(study)
    #expect((0.7..<0.95).contains(teacher.pipelineAccuracy))
  }

  @Test("that diverges says what to change, and the change is then accepted")
  func diverges() throws {
    func text(_ rate: String) -> StudyText {
      .tiny.setting(
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
         "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": \(rate),
           "weight_decay": 0.01}}
        """)
    }
    let study = try TinyStudy(text("1e6"))
    expectError(["diverged at step", "teacher.recipe.learning_rate", "clip_norm"]) {
      _ = try teacher(study)
    }
    try study.write(text("0.1"))
    #expect(try teacher(study).validation.accuracy > 0.8)
  }

  @Test("has an identity that changes with all that makes it, and with nothing else")
  func identities() throws {
    let others = [
      StudyText.tiny, .tiny.setting("seed", "4"),
      .tiny.setting("flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 5}"),
      .tiny.setting(
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 9}]},
         "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": 0.1}}
        """),
      .tiny.setting(
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
         "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": 0.2}}
        """),
    ]
    let identities = try others.map { try identity($0) }
    #expect(Set(identities).count == identities.count)
    #expect(
      try identity(.tiny.setting("finalists", "{\"count\": 3}").setting("minimize", "[\"flops\"]"))
        == identities[0])
  }
}
