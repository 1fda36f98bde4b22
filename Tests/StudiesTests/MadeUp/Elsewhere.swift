import Foundation
import TestSupport
import Testing

@testable import Studies

/// A study whose trainings a test does by itself: it fills in the file that the study asks with.
struct Elsewhere {
  let study: TinyStudy
  private let context: StudyContext

  init(_ text: StudyText = Elsewhere.text) throws {
    study = try BeforeSearch.copy(text)
    context = StudyContext(
      version: "1", workerCommand: ["/bin/false"], workers: 2, threads: 1, report: { _ in },
      isCancelled: { false })
  }

  static let text = BeforeSearch.text(trials: 6)
    .setting("finalists", "{\"count\": 3, \"baseline\": true}")
    .setting("audit", "{\"count\": 3, \"raise\": 1}")

  static let withoutAudit = text.setting("audit", "{\"count\": 0}")

  var path: String { study.temporary.file("next.json") }

  /// Asks, and writes what is asked for to the file.
  func ask(_ count: Int = 4) throws -> [AskedTraining] {
    let (state, trainings) = try ElsewhereTrainings(study.inputs(), context: context).next(count)
    let text = TrainingsFile.text(trainings, of: try study.inputs().calibrated(by: state))
    try study.temporary.write(text, to: "next.json")
    return trainings
  }

  /// Fills in what a made-up worker would have answered, of 60 images, as often as there is room for a result.
  func answer() throws {
    var text = String(decoding: try study.temporary.read("next.json"), as: UTF8.self)
    for training in try ask() {
      let trial = training.trial ?? 0
      let correct = training.name.kind == .flash ? 10 + trial * 17 % 43 : 15 + trial * 29 % 41
      let evaluation = "{\"count\": 60, \"correct\": \(correct)}"
      let result =
        training.name.kind == .test
        ? "{\"test\": \(evaluation)}"
        : training.usesTest
          ? "{\"validation\": \(evaluation), \"test\": \(evaluation), \"seconds\": 2}"
          : "{\"validation\": {\"accuracy\": \(Double(correct) / 60)}}"
      guard let place = text.range(of: "\"result\": null") else { break }
      text.replaceSubrange(place, with: "\"result\": \(result)")
    }
    try study.temporary.write(text, to: "next.json")
  }

  @discardableResult
  func tell() throws -> Int {
    let inputs = try study.inputs()
    let told = try TrainingsFile.told(path, of: inputs.calibrated(by: state()))
    return try ElsewhereTrainings.take(told, in: inputs, version: "1")
  }

  func state() throws -> StudyState { try Journal.state(of: study.folder) }

  /// Asks and tells until nothing is left.
  func train() throws {
    for _ in 0..<40 {
      if try ask().isEmpty { return }
      try answer()
      try tell()
    }
    Issue.record("it asks on and on")
  }
}

extension Elsewhere {
  /// Fills in one result.
  func fill(_ result: String) throws {
    let text = String(decoding: try study.temporary.read("next.json"), as: UTF8.self)
    try study.temporary.write(
      text.replacing("\"result\": null", with: "\"result\": \(result)", maxReplacements: 1),
      to: "next.json")
  }
}
