import Datasets
import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill monitor", Program.isBuilt)
struct MonitorCommandTests {
  /// What `monitor --json` says.
  private struct Monitored: Decodable {
    struct Finding: Decodable {
      var name: String
      var before: Double?
      var after: Double?
      var verdict: String
    }

    var verdict: String
    var imageCount: Int
    var teacherImages: Int
    var findings: [Finding]

    enum CodingKeys: String, CodingKey {
      case verdict, findings
      case imageCount = "image_count"
      case teacherImages = "teacher_images"
    }

    func finding(_ name: String) -> Finding? { findings.first { $0.name == name } }
  }

  /// Images as `TinyData`, of other random numbers, perhaps brighter.
  private static func images(_ count: Int, brighter: Double = 0) -> NumericArray {
    var stream = RandomStream(seed: 7, purpose: "striped images of later")
    var pixels: [UInt8] = []
    for image in 0..<count {
      let offset = stream.integer(below: 4)
      for row in 0..<TinyData.side {
        for column in 0..<TinyData.side {
          let along = [row, column, row + column][image % 3]
          let bright = ((along + offset) % 4 < 2 ? 150.0 : 90) + brighter
          pixels.append(UInt8(min(255, max(0, bright + 35 * stream.normal()))))
        }
      }
    }
    return NumericArray(shape: [count, TinyData.side, TinyData.side], pixels)
  }

  /// A copy of a finished study with clean and brighter images and their labels next to it.
  private func study() throws -> (study: TinyStudy, key: String) {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let temporary = study.temporary
    try NPYFile.write(Self.images(300), to: temporary.file("new.npy"))
    try NPYFile.write(Self.images(300, brighter: 40), to: temporary.file("bright.npy"))
    try NPYFile.write(
      NumericArray(shape: [300], (0..<300).map { Int64($0 % 3) }),
      to: temporary.file("new-labels.npy"))
    let outcome = try study.outcome()
    return (study, outcome.trials[try #require(outcome.finalists?.first)].key)
  }

  private func monitor(
    _ study: TinyStudy, _ key: String, _ images: String, _ options: String...
  ) throws -> Program.Ended {
    try Program.Running(
      ["monitor", study.folder.path, key, "--images", study.temporary.file(images)] + options
    ).end()
  }

  @Test("says ok of images that are like the validation split, and keeps the reference")
  func clean() throws {
    let (study, key) = try study()
    let first = try monitor(
      study, key, "new.npy", "--labels", study.temporary.file("new-labels.npy"), "--json")
    #expect(first.status == 0, "\(first.output)\(first.errors)")
    let found = try JSONDecoder().decode(Monitored.self, from: Data(first.output.utf8))
    #expect(found.verdict == "ok" && found.imageCount == 300 && found.teacherImages == 300)
    for name in [
      "brightness", "contrast", "noise", "confidence", "margin", "predicted_classes",
      "class_share", "features", "teacher_agreement", "accuracy",
    ] {
      #expect(found.finding(name)?.verdict == "ok", "\(name)")
    }
    let path = study.folder.reference(of: key)
    let kept = try Data(contentsOf: URL(filePath: path))
    let second = try monitor(study, key, "new.npy", "--teacher-images", "0")
    #expect(second.status == 0 && second.output.contains("60 validation images, from \(path)"))
    #expect(second.output.contains("verdict:   ok"))
    #expect(!second.output.contains("teacher_agreement"))
    #expect(try Data(contentsOf: URL(filePath: path)) == kept)
    #expect(try study.run("verify").status == 0)
  }

  @Test("says drifted of brighter images, with the evidence, and ends with status 9")
  func drifted() throws {
    let (study, key) = try study()
    let json = study.temporary.file("monitor.json")
    let ended = try monitor(study, key, "bright.npy", "--output", json)
    #expect(ended.status == 9, "\(ended.output)\(ended.errors)")
    #expect(ended.output.contains("verdict:   drifted: "))
    #expect(ended.output.contains("brightness (mean of an image's pixels) from 0.4"))
    let found = try JSONDecoder().decode(
      Monitored.self, from: Data(contentsOf: URL(filePath: json)))
    let brightness = try #require(found.finding("brightness"))
    let change = try #require(brightness.after) - #require(brightness.before)
    // 40 of 255, less what is cut off at 255.
    #expect(brightness.verdict == "drifted" && abs(change - 40.0 / 255) < 0.01, "\(change)")
  }

  @Test(
    "tells of images as no validation image is, and of a file that it cannot write, after the verdict"
  )
  func outliers() throws {
    let (study, key) = try study()
    var images = Self.images(300)
    let bytes = TinyData.side * TinyData.side
    var pixels = [UInt8](images.bytes)
    for (place, value) in [(0, UInt8(0)), (1, UInt8(255))] {
      pixels.replaceSubrange(
        place * bytes..<(place + 1) * bytes, with: Array(repeating: value, count: bytes))
    }
    images = NumericArray(shape: images.shape, pixels)
    try NPYFile.write(images, to: study.temporary.file("broken.npy"))
    let ended = try monitor(
      study, key, "broken.npy", "--output", study.temporary.file("no such folder/monitor.json"))
    #expect(ended.status == 5 && ended.errors.contains("no such folder"), "\(ended.errors)")
    #expect(ended.output.contains("verdict:   ok: no statistic differs"), "\(ended.output)")
    #expect(
      ended.output.contains(
        "outliers:  2 of 300 images have a brightness as no validation image has"))
  }

  @Test("says that the teacher is another one, whose answers would say nothing")
  func changedTeacher() throws {
    let (study, key) = try study()
    let weights = study.folder.teacherWeights
    var file = try SafetensorsFile.read(weights)
    file.metadata["note"] = "changed"
    try file.write(to: weights)
    let changed = try monitor(study, key, "new.npy")
    #expect(changed.status == 0 && changed.output.contains("is not what the study has kept"))
    try FileManager.default.removeItem(atPath: weights)
    let gone = try monitor(study, key, "new.npy")
    #expect(gone.status == 0 && gone.output.contains("\(weights) is not there any more"))
  }

  @Test("continues for the results that there are where study.json asks for more since")
  func grown() throws {
    let (study, key) = try study()
    try study.write(
      TinyStudy.slow.setting("search", "{\"trials\": 50, \"initial_trials\": 4, \"look_ahead\": 4}")
    )
    for verb in [
      ["monitor", key, "--images", study.temporary.file("new.npy")], ["export", key, "--deploy"],
    ] {
      let ended = try Program.Running([verb[0], study.folder.path] + verb.dropFirst()).end()
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.errors.contains("asks for more since (search.trials)"), "\(ended.errors)")
    }
  }

  @Test("makes a reference again that is damaged or of other weights, and says why")
  func remakes() throws {
    let (study, key) = try study()
    #expect(try monitor(study, key, "new.npy").status == 0)
    let path = study.folder.reference(of: key)
    let kept = try Data(contentsOf: URL(filePath: path))
    try Data("{}".utf8).write(to: URL(filePath: path))
    let damaged = try monitor(study, key, "new.npy")
    #expect(damaged.status == 0 && damaged.output.contains("taken now, as \(path)"))
    #expect(try Data(contentsOf: URL(filePath: path)) == kept)
    var other = try SafetensorsFile.read(path)
    other.metadata["student_sha256"] = "another"
    try other.sealed(for: path).write(to: path)
    #expect(try monitor(study, key, "new.npy").output.contains("is of other weights or data"))
    #expect(try Data(contentsOf: URL(filePath: path)) == kept)
  }

  @Test("refuses what it cannot compare, with one message")
  func refuses() throws {
    let (study, key) = try study()
    let temporary = study.temporary
    try NPYFile.write(Self.images(99), to: temporary.file("few.npy"))
    let few = try monitor(study, key, "few.npy")
    #expect(few.status == 3 && few.errors.contains("found 99, expected at least 100"))
    try NPYFile.write(
      NumericArray(shape: [120, 8, 8], [Float](repeating: 0.5, count: 120 * 64)),
      to: temporary.file("floats.npy"))
    let floats = try monitor(study, key, "floats.npy")
    #expect(floats.status == 3 && floats.errors.contains("expected [8, 8, 1] uint8"))
    try NPYFile.write(
      NumericArray(shape: [120, 8, 8], [Double](repeating: 0.5, count: 120 * 64)),
      to: temporary.file("doubles.npy"))
    #expect(try monitor(study, key, "doubles.npy").errors.contains("found [8, 8, 1] float64"))
    try NPYFile.write(
      NumericArray(shape: [300], [Int64](repeating: -1, count: 300)), to: temporary.file("none.npy")
    )
    let unlabeled = try monitor(study, key, "new.npy", "--labels", temporary.file("none.npy"))
    #expect(unlabeled.status == 3 && unlabeled.errors.contains("no image whose class is known"))
    let unknown = try monitor(study, "zzz", "new.npy")
    #expect(unknown.status == 3 && unknown.errors.contains("has not been distilled"))
    let bare = try study.run("monitor", key)
    #expect(bare.status == 2 && bare.errors.contains("monitor needs --images NEW.npy"))
  }

  @Test("--redistill writes a study on old and new images that begins with this one's results")
  func redistills() throws {
    let (study, key) = try study()
    let target = study.temporary.file("again")
    let ended = try monitor(study, key, "bright.npy", "--redistill", target)
    #expect(ended.status == 9, "\(ended.errors)")
    #expect(
      ended.output.contains("240 training images as before, 300 new ones, 300 of them without"))
    #expect(ended.output.contains("next:      autodistill run \(target)"))
    #expect(!study.temporary.has("again/data") && !study.temporary.has("again/teacher"))
    let folder = StudyFolder(target)
    let inputs = try StudyInputs(folder)
    #expect(inputs.dataset.count(.training) == 540 && inputs.dataset.unlabeledCount == 300)
    let old = try study.inputs().dataset
    #expect(inputs.dataset.validationHash == old.validationHash)
    #expect(inputs.dataset.testHash == old.testHash)
    #expect(inputs.definition.search.enqueue == [key])
    // What is asked is the old one's: nothing but data, teacher and what the study begins with differ.
    #expect(inputs.definition.full.identity == (try study.inputs().definition.full.identity))
    // Validation images are nothing that a run would learn from.
    var pixels = [UInt8](Self.images(300).bytes)
    for image in 0..<old.count(.validation) {
      let one = UnsafeRawBufferPointer(
        start: old.image(image, of: .validation), count: old.imageElements)
      pixels.replaceSubrange(image * one.count..<(image + 1) * one.count, with: one)
    }
    try NPYFile.write(
      NumericArray(shape: [300, TinyData.side, TinyData.side], pixels),
      to: study.temporary.file("copies.npy"))
    let copies = try monitor(
      study, key, "copies.npy", "--redistill", study.temporary.file("copies"))
    #expect(copies.status == 3 && copies.errors.contains("as run would refuse it"))
    #expect(copies.output.contains("verdict:") && !study.temporary.has("copies"))
    let again = try monitor(study, key, "bright.npy", "--redistill", target)
    #expect(again.status == 3 && again.errors.contains("is there already"))

    let run = try Program.run("search", target, "--workers", "2", seconds: 120)
    #expect(run.status == 0, "\(run.errors)")
    let state = try Journal.state(of: folder)
    #expect(state.trials.first?.key == key && state.trials.count == 8)
    // The teacher is the old one, which sees pixels as it did.
    let before = try Journal.state(of: study.folder)
    // Rounding apart, so logits may differ in their last digits.
    #expect(state.teacher?.validation.correct == before.teacher?.validation.correct)
  }

  @Test("--redistill takes the labels that there are, and needs some where no teacher teaches")
  func redistillsLabeled() throws {
    let (study, key) = try study()
    let labeled = study.temporary.file("labeled")
    let ended = try monitor(
      study, key, "new.npy", "--labels", study.temporary.file("new-labels.npy"), "--redistill",
      labeled)
    #expect(ended.status == 0 && ended.output.contains("0 of them without a label"))
    #expect(try StudyInputs(StudyFolder(labeled)).dataset.unlabeledCount == 0)

    let student = try StudentWeights(of: key, in: study.folder, dataFolder: nil)
    let new = try NewImages(
      study.temporary.file("new.npy"), labels: nil, like: student.dataset)
    try study.write(
      TinyStudy.slow.setting(
        "full",
        "{\"epochs\": 120, \"batch\": 24, \"learning_rate\": 0.1, \"distillation_weight\": 0}"))
    #expect {
      try Redistillation(of: student, on: new).write(to: study.temporary.file("untaught"))
    } throws: {
      "\($0)".contains("300 new images have no label")
        && "\($0)".contains("learns nothing from images without a label")
    }
    #expect(!study.temporary.has("untaught"))
  }
}

@Suite("autodistill rollback", Program.isBuilt)
struct RollbackCommandTests {
  @Test("brings an earlier export back into use, and lists all of them")
  func rollsBack() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let keys = try #require(outcome.finalists).map { outcome.trials[$0].key }
    let nothing = try study.run("rollback")
    #expect(nothing.status == 3 && nothing.errors.contains("nothing has been deployed"))
    for key in keys {
      let ended = try study.run("export", key, "--format", "tflite", "--deploy", "--verify")
      #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
    }
    let model = study.temporary.file("deployed/current/student.tflite")
    let second = try Data(contentsOf: URL(filePath: model))
    let ended = try study.run("rollback")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output.contains("in use:  version 1, student \(keys[0])"))
    #expect(ended.output.contains("before: version 2"))
    let first = try Data(contentsOf: URL(filePath: model))
    #expect(first != second)
    let list = try study.run("rollback", "--list").output
    #expect(list.contains("* 1  ") && list.contains("- 2  ") && list.contains("accuracy 0."))
    let forward = try study.run("rollback", "2")
    #expect(forward.status == 0)
    #expect(try Data(contentsOf: URL(filePath: model)) == second)
    // What was exported is what a plain export writes.
    let plain = study.temporary.file("plain.tflite")
    #expect(
      try study.run("export", keys[0], "--format", "tflite", "--output", plain).status == 0)
    #expect(try Data(contentsOf: URL(filePath: plain)) == first)
    #expect(try study.run("verify").status == 0)
    // What was changed does not come back, and verify finds it.
    let path = "deployed/versions/1/student.tflite"
    try study.temporary.write("other", to: path)
    let refused = try study.run("rollback", "1")
    #expect(refused.status == 3 && refused.errors.contains(path), "\(refused.errors)")
    #expect(try Data(contentsOf: URL(filePath: model)) == second)
    let verified = try study.run("verify")
    #expect(verified.status == 3 && verified.output.contains(path), "\(verified.output)")
    // One that cannot be read hides no other.
    try study.temporary.write("{", to: "deployed/versions/1/version.json")
    let rest = try study.run("rollback", "--list")
    #expect(rest.status == 3 && rest.output.contains("  1  cannot be read"), "\(rest.output)")
    #expect(rest.output.contains("* 2  ") && rest.errors.contains("version.json"))
  }

  @Test("refuses versions that are none, and options that exclude each other")
  func refuses() throws {
    let study = try TinyStudy(copyOf: FinishedStudy.study())
    let outcome = try study.outcome()
    let key = outcome.trials[try #require(outcome.finalists?.first)].key
    #expect(try study.run("rollback", "first").status == 2)
    let none = try Program.run("rollback", study.temporary.file("no such folder"))
    #expect(none.status == 3 && none.errors.contains("no such folder: there is no such folder"))
    #expect(try study.run("rollback", "1", "--list").status == 2)
    let both = try study.run("export", key, "--deploy", "--output", study.temporary.file("x"))
    #expect(both.status == 2 && both.errors.contains("exclude each other"))
    let elsewhere = study.temporary.file("elsewhere")
    #expect(try study.run("export", key, "--deployment", elsewhere).status == 0)
    #expect(!study.temporary.has("deployed"))
    let missing = try Program.run("rollback", elsewhere, "3")
    #expect(missing.status == 3 && missing.errors.contains("no version 3, expected one of 1"))
  }
}
