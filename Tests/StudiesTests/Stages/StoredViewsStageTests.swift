import Distillation
import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a teacher that is asked about a few views of each image")
struct StoredViewsStageTests {
  static let full = """
    {"epochs": 3, "batch": 24, "learning_rate": 0.1, "teacher_view": "stored", "stored_views": 2,
     "augmentation": {"shift_pixels": 1}}
    """

  @discardableResult
  private func run(
    _ study: TinyStudy, through stage: StudyRunner.Stage = .teacher
  ) throws -> StudyState {
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: stage)
  }

  private func views(_ study: TinyStudy) throws -> [String: Data] {
    let folder = study.folder.teacher
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("view-") }
    return Dictionary(
      uniqueKeysWithValues: try names.map { ($0, try study.temporary.read("teacher/\($0)")) })
  }

  @Test("is asked once about each, whatever is trained, and again only about what is lost")
  func stored() throws {
    let study = try TinyStudy(.tiny.setting("full", Self.full))
    let teacher = try #require(try run(study).teacher)
    let first = try views(study)
    #expect(first.count == 2 && first.values.allSatisfy { $0.count == 2 * 240 * 3 })
    #expect(Set(first.values).count == 2)
    #expect(teacher.pipelineAccuracy > 0.6)
    let lost = try #require(first.keys.sorted().first)
    try FileManager.default.removeItem(atPath: study.temporary.file("teacher/\(lost)"))
    #expect(try run(study).teacher == teacher)
    #expect(try views(study) == first)
    // Another augmentation has other views.
    try study.write(
      .tiny.setting("full", Self.full.replacing("\"shift_pixels\": 1", with: "\"flip\": true")))
    try FileManager.default.removeItem(atPath: study.folder.journal)
    try run(study)
    #expect(try Set(views(study).keys).isDisjoint(with: first.keys) && views(study).count == 2)
  }

  @Test("may be a program, which then gets the augmented images, or several teachers")
  func command() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("full", Self.full).taught(
        by: """
          [{"command": ["sh", "teacher.sh", "{images}", "{logits}"], "kind": "logits", "chunk": 200},
           {\(StudyText.tinyNetwork)}]
          """))
    // It says the right class, by the order in which it is asked.
    let dataset = try study.inputs().dataset
    for (split, count) in [("training", 240), ("validation", 60)] {
      let labels = (0..<count).map {
        dataset.label($0, of: split == "training" ? .training : .validation)
      }
      for start in stride(from: 0, to: count, by: 200) {
        let rows = labels[start..<min(count, start + 200)]
        try study.writeLogits(
          rows.flatMap { label in (0..<3).map { $0 == label ? Float(2) : 0 } },
          to: "\(split)-\(start).npy")
      }
    }
    // Two chunks of the training images and of each of their views, then the validation split.
    try study.temporary.write(
      """
      n=$(cat calls 2> /dev/null | wc -l)
      cp "$1" images-$n.npy
      case $n in
      0 | 2 | 4) cp training-0.npy "$2";;
      1 | 3 | 5) cp training-200.npy "$2";;
      *) cp validation-0.npy "$2";;
      esac
      echo call >> calls
      """, to: "teacher.sh")
    let teacher = try #require(try run(study).teacher)
    #expect(teacher.members?.count == 2 && teacher.members?[0].validation.accuracy == 1)
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 7 * 5)
    let (clean, shown) = (
      try study.temporary.read("images-0.npy"), try study.temporary.read("images-2.npy")
    )
    #expect(clean.count == shown.count && clean != shown)
    #expect(try shown != study.temporary.read("images-4.npy"))
    #expect(try views(study).count == 2)
    #expect(!study.temporary.has("teacher/member-1/chunks"))
    #expect(try run(study).teacher == teacher)
    #expect(String(decoding: try study.temporary.read("calls"), as: UTF8.self).count == 7 * 5)
  }

  @Test("is refused where it has only answers, naming the field")
  func refused() throws {
    let study = try TinyStudy(StudyText.tiny.setting("full", Self.full).taughtByLogits)
    expectError(["full.teacher_view", "got \"stored\", expected \"clean\": ", "augmented"]) {
      _ = try study.inputs()
    }
  }
}
