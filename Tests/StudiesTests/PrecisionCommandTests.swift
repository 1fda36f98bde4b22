import Datasets
import Distillation
import Foundation
import NeuralNetworks
import Quantization
import TFLiteFiles
import TestSupport
import Testing

@testable import Studies

/// A study of students in int8 that was run without a break, once.
enum IntegerStudy {
  static let text = TinyStudy.slow.setting("precision", "\"int8\"")
    .setting("quantization", "{\"calibration_images\": 60, \"aware_share\": 0.125}")
    .setting("audit", "{\"count\": 2}")

  private static let run = Result {
    let study = try TinyStudy(text)
    return (study: study, ended: try study.run("run", "--workers", "2"))
  }

  static func study() throws -> TinyStudy { try run.get().study }
  static func ended() throws -> Program.Ended { try run.get().ended }
}

@Suite("a study of students in int8", Program.isBuilt)
struct PrecisionCommandTests {
  @Test("says of every full training what int8 cost, and keeps the student as a file")
  func outcomes() throws {
    let study = try IntegerStudy.study()
    let ended = try IntegerStudy.ended()
    #expect(ended.status == 0, "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(!outcome.distilled.isEmpty)
    for training in outcome.distilled {
      let quantization = try #require(training.quantization)
      #expect(quantization.aware != nil)
      let student = quantization.isAware ? quantization.aware : quantization.postTraining
      #expect(training.validation == student)
      // Stripes are easy: a student that is lost in int8 would show.
      #expect(abs(quantization.fp32.accuracy - quantization.postTraining.accuracy) < 0.2)
    }
  }

  @Test("judges the file that it keeps, on all images")
  func keptFiles() throws {
    let study = try IntegerStudy.study()
    let inputs = try study.inputs()
    let outcome = try study.outcome()
    for training in outcome.distilled where training.repetition == 0 && !training.isBaseline {
      let key = outcome.trials[training.trial].key
      let file = try TFLiteFile.read(study.folder.integerModel(of: key))
      let student = try IntegerClassifier(file.model)
      #expect(student.evaluate(on: .validation, reader: inputs.reader) == training.validation)
      let robustness = try #require(
        outcome.robustness.first { $0.trial == training.trial }?.results)
      let images = CorruptedImages(
        inputs.reader, split: .test, count: 20, seed: inputs.definition.seed)
      #expect(student.robustness(on: images) == robustness)
    }
  }

  @Test("comes to the same end with any number of workers")
  func workers() throws {
    let study = try TinyStudy(IntegerStudy.text)
    let ended = try study.run("run", "--workers", "4")
    try study.expectSameEnd(ended, as: IntegerStudy.study(), sourceLocation: #_sourceLocation)
  }

  @Test("trains a student again whose file has been deleted")
  func deletedFile() throws {
    let study = try TinyStudy(copyOf: IntegerStudy.study())
    let state = try Journal.state(of: study.folder)
    let key = state.trials[try #require(state.finalists?.first)].key
    let path = study.folder.integerModel(of: key)
    let before = try Data(contentsOf: URL(filePath: path))
    try FileManager.default.removeItem(atPath: path)
    let ended = try study.run("run")
    try study.expectSameEnd(ended, as: IntegerStudy.study(), sourceLocation: #_sourceLocation)
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  @Test("continues with the way to int8 where a run was killed on it")
  func killedBetween() throws {
    let study = try TinyStudy(IntegerStudy.text)
    let process = try study.start("run", "--workers", "1")
    func keptFloats() -> [String] {
      let names = try? FileManager.default.subpathsOfDirectory(
        atPath: study.folder.appending("candidates"))
      return (names ?? []).filter { $0.hasSuffix(".fp32.safetensors") }
    }
    let deadline = ContinuousClock.now + .seconds(60)
    while keptFloats().isEmpty, ContinuousClock.now < deadline { usleep(2000) }
    study.killEverything()
    _ = try process.end()
    #expect(!keptFloats().isEmpty, "killed too late, or nothing was kept")
    let ended = try study.run("run")
    try study.expectSameEnd(ended, as: IntegerStudy.study(), sourceLocation: #_sourceLocation)
    #expect(keptFloats().isEmpty)
  }

  @Test("reports fp32 next to int8")
  func report() throws {
    let study = try IntegerStudy.study()
    let markdown = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(markdown.contains("From fp32 to int8"))
    let json = String(decoding: try study.temporary.read("report/front.json"), as: UTF8.self)
    #expect(json.contains("\"post_training\""))
    // Studies of fp32 have neither.
    let other = try FinishedStudy.study()
    let plain = String(decoding: try other.temporary.read("report/front.json"), as: UTF8.self)
    #expect(!plain.contains("\"post_training\""))
  }

  @Test(
    "is refused where it asks for what there is not",
    arguments: [
      (["precision": "\"fp16\""], "precision"),
      (["precision": "\"int4\""], "precision"),
      (["quantization": "{}"], "quantization"),
      (["precision": "\"int8\"", "quantization": "{\"aware_share\": 2}"], "aware_share"),
      (
        ["precision": "\"int8\"", "quantization": "{\"calibration_images\": 0}"],
        "calibration_images"
      ),
      (["precision": "\"int8\"", "hardware": "\"device.json\""], "precision"),
    ])
  func refused(settings: [String: String], field: String) throws {
    var text = StudyText.tiny
    for (name, value) in settings { text = text.setting(name, value) }
    let ended = try TinyStudy(text).run("run")
    #expect(ended.status == 3 && ended.errors.contains(field), "\(ended.errors)")
  }
}
