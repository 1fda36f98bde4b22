import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill leakage", Program.isBuilt)
struct LeakageCommandTests {
  private func results(_ ended: Program.Ended) throws -> [LeakageResult] {
    try JSONDecoder().decode([LeakageResult].self, from: Data(ended.output.utf8))
  }

  @Test("attacks the best student, keeps what was trained, and is shown in the report")
  func attacks() throws {
    let study = try TinyStudy()
    #expect(try study.run().status == 0)
    let first = try study.run("leakage", "--shadows", "4", "--json")
    #expect(first.status == 0, "\(first.errors)")
    let result = try #require(try results(first).first)
    let thresholds = result.thresholds
    #expect(thresholds.images == 60 && thresholds.teacher != nil && thresholds.knowsTeacherImages)
    let shadows = try #require(result.shadows)
    #expect(shadows.count == 4 && shadows.lost.isEmpty && shadows.images == 240)
    for kind in [shadows.distilled, shadows.baseline] {
      for attack in [kind.threshold, kind.likelihoodRatio] {
        #expect(attack.area.low <= attack.area.value && attack.area.value <= attack.area.high)
        #expect((0...1).contains(attack.area.value) && (0...1).contains(attack.truePositiveRate))
      }
    }
    #expect(shadows.distilled != shadows.baseline)
    let difference =
      shadows.baseline.likelihoodRatio.area.value - shadows.distilled.likelihoodRatio.area.value
    #expect(abs(shadows.baselineExcess.value - difference) < 1e-9)

    let candidate = study.folder.candidate(result.key)
    let files = try FileManager.default.contentsOfDirectory(atPath: candidate)
    #expect(files.count { $0.hasPrefix("shadow-") } == 8)
    #expect(!files.contains { $0.contains("checkpoint") })
    // The kept shadows are taken as they are; one that is missing is trained again, to the same bits.
    let kept = candidate + "/shadow-distilled-1.safetensors"
    let other = candidate + "/shadow-baseline-2.safetensors"
    let bytes = try ContentHash.hexadecimal(ofFile: kept)
    let date = try modified(other)
    try FileManager.default.removeItem(atPath: kept)
    let again = try study.run("leakage", result.key, "--shadows", "4", "--json")
    #expect(try again.status == 0 && results(again) == [result], "\(again.errors)")
    #expect(try ContentHash.hexadecimal(ofFile: kept) == bytes)
    #expect(try modified(other) == date)
    // What was found with shadows stays where none are asked for.
    let without = try study.run("leakage", result.key, "--shadows", "0", "--json")
    #expect(try without.status == 0 && results(without) == [result], "\(without.errors)")

    #expect(try study.run("report").status == 0)
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(report.contains("What the students give away"))
    #expect(report.contains("shadows without it"))
    #expect(try study.run("verify").status == 0)
  }

  @Test("attacks the teacher by shadows of its own, of the halves of the students', and keeps them")
  func teacherShadows() throws {
    let study = try TinyStudy()
    #expect(try study.run().status == 0)
    let ended = try study.run("leakage", "--shadows", "4", "--teacher-shadows", "5", "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    let result = try #require(try results(ended).first)
    let found = try #require(result.teacherShadows)
    #expect(found.count == 5 && found.lost.isEmpty && found.images == 240 && found.compared == 4)
    for attack in [found.attacks.threshold, found.attacks.likelihoodRatio] {
      #expect(attack.area.low <= attack.area.value && attack.area.value <= attack.area.high)
      #expect((0...1).contains(attack.area.value) && (0...1).contains(attack.truePositiveRate))
    }
    let excess = try #require(found.studentExcess)
    #expect(excess.low <= excess.value && excess.value <= excess.high)

    let names = try FileManager.default.contentsOfDirectory(atPath: study.folder.teacher)
    #expect(
      names.filter { $0.hasPrefix("shadow-") }.sorted()
        == (0..<5).map { "shadow-\($0).safetensors" })
    // One that is missing is trained again, to the same bits; the others are taken as they are.
    let (lost, kept) = (
      study.folder.teacher + "/shadow-1.safetensors", study.folder.teacher + "/shadow-2.safetensors"
    )
    let (bytes, date) = (try ContentHash.hexadecimal(ofFile: lost), try modified(kept))
    try FileManager.default.removeItem(atPath: lost)
    let again = try study.run("leakage", "--shadows", "4", "--teacher-shadows", "5", "--json")
    #expect(try again.status == 0 && results(again) == [result], "\(again.errors)")
    #expect(try ContentHash.hexadecimal(ofFile: lost) == bytes && modified(kept) == date)

    let alone = try study.run("leakage", "--shadows", "0", "--teacher-shadows", "4", "--json")
    let without = try #require(try results(alone).first)
    #expect(without.shadows == result.shadows && without.teacherShadows?.studentExcess == nil)
    #expect(without.teacherShadows?.count == 4 && without.thresholds == result.thresholds)
    let text = try study.run("leakage", "--shadows", "0", "--teacher-shadows", "4")
    #expect(text.output.contains("shadows of the teacher"))
    let threshold = try study.run("leakage", "--shadows", "0")
    #expect(threshold.output == text.output, "what was found with shadows stays")
    #expect(try study.run("verify").status == 0)
  }

  @Test("says which teachers cannot have shadows, before anything is trained")
  func teachersWithoutShadows() throws {
    let context = StudyContext(
      version: "test", workerCommand: [], workers: 1, threads: 1, report: { _ in },
      isCancelled: { false })
    let study = try TinyStudy(
      .tiny.setting(
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
         "recipe": {"epochs": 4, "batch": 122, "slices": 2, "learning_rate": 0.1}}
        """))
    expectError(["teacher.recipe.batch", "122", "at most 120", "--teacher-shadows 0"]) {
      try LeakageStage(study.inputs(), context: context).checkTeacher(4)
    }
    try LeakageStage(TinyStudy().inputs(), context: context).checkTeacher(4)
    try study.writeLogits([Float](repeating: 0, count: 3 * TinyData.count))
    try study.write(StudyText.tiny.taughtByLogits)
    expectError(["teacher", "not trained by the study", "--teacher-shadows 0"]) {
      try LeakageStage(study.inputs(), context: context).checkTeacher(4)
    }
    let few = try study.run("leakage", "--teacher-shadows", "3")
    #expect(few.status == 2 && few.errors.contains("--teacher-shadows: got '3'"))
  }

  private func modified(_ path: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  @Test("without shadows compares student and teacher alone, and of several keys each once")
  func thresholdsAlone() throws {
    let study = try TinyStudy()
    #expect(try study.run().status == 0)
    let state = try Journal.state(of: study.folder)
    let keys = try #require(state.finalists).map { state.trials[$0].key }
    let ended = try study.run(
      "leakage", keys[0], keys[1], keys[0], "best", "--shadows", "0", "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try results(ended)
    #expect(found.map(\.key) == keys && found.allSatisfy { $0.shadows == nil })
    // Both are compared with the same teacher on the same images.
    #expect(found[0].thresholds.teacher == found[1].thresholds.teacher)
    let excess = try #require(found[0].thresholds.teacherExcess)
    let areas = found[0].thresholds
    #expect(
      abs(excess.value - ((areas.teacher?.area.value ?? 0) - areas.student.area.value)) < 1e-9)
    #expect(LeakageResult.known(in: study.folder, state).map(\.key) == keys.sorted())
    // Of other weights nothing is known.
    let path = study.folder.leakage(of: keys[0])
    var other = found[0]
    other.weightsHash = "0"
    try JSONEncoder().encode(other).write(to: URL(filePath: path))
    #expect(LeakageResult.known(in: study.folder, state).map(\.key) == [keys[1]])
  }

  @Test("needs two test images, and says so before anything is trained")
  func fewImages() throws {
    let study = try TinyStudy(
      .tiny.setting(
        "data",
        """
        {"train_images": "images.npy", "train_labels": "labels.npy", "classes": 3,
         "validation_count": 60, "test_count": 1, "split": "random"}
        """))
    let context = StudyContext(
      version: "test", workerCommand: [], workers: 1, threads: 1, report: { _ in },
      isCancelled: { false })
    expectError(["test split has 1 image whose class is known", "at least 2"]) {
      try LeakageStage(study.inputs(), context: context).checkImages()
    }
    try LeakageStage(TinyStudy().inputs(), context: context).checkImages()
  }

  @Test("says what is missing, and why a half of the images is too small")
  func problems() throws {
    let study = try TinyStudy()
    let early = try study.run("leakage")
    #expect(early.status == 3 && early.errors.contains("autodistill run"), "\(early.errors)")
    for count in ["1", "3", "-1", "many"] {
      let ended = try study.run("leakage", "--shadows", count)
      #expect(ended.status == 2 && ended.errors.contains("--shadows: got '\(count)'"))
    }
    try study.write(
      StudyText.tiny.setting("full", "{\"epochs\": 3, \"batch\": 121, \"learning_rate\": 0.1}"))
    #expect(try study.run().status == 0)
    let large = try study.run("leakage", "--shadows", "4")
    #expect(large.status == 3, "\(large.errors)")
    #expect(large.errors.contains("full.batch") && large.errors.contains("at most 120"))
    #expect(try study.run("leakage", "--shadows", "0").status == 0)
    let unknown = try study.run("leakage", "nobody", "--shadows", "0")
    #expect(unknown.status == 3 && unknown.errors.contains("'nobody' has not been distilled"))
  }
}
