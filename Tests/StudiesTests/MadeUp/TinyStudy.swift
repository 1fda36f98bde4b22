import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import Studies

/// Images of stripes that run across, down or along a diagonal, in noise: 8×8, three classes.
enum TinyData {
  static let count = 360
  static let side = 8

  static let images: NumericArray = {
    var stream = RandomStream(seed: 1, purpose: "striped images")
    var pixels: [UInt8] = []
    for image in 0..<count {
      let offset = stream.integer(below: 4)
      for row in 0..<side {
        for column in 0..<side {
          let along = [row, column, row + column][image % 3]
          let bright = (along + offset) % 4 < 2 ? 150.0 : 90
          pixels.append(UInt8(min(255, max(0, bright + 35 * stream.normal()))))
        }
      }
    }
    return NumericArray(shape: [count, side, side], pixels)
  }()

  static let labels = NumericArray(shape: [count], (0..<count).map { UInt8($0 % 3) })
}

/// A study in a folder of its own, with data and search space.
struct TinyStudy {
  let temporary: TemporaryFolder
  var folder: StudyFolder { StudyFolder(temporary.path) }

  /// Writes everything that the study reads.
  init(_ text: StudyText = .tiny) throws {
    temporary = try TemporaryFolder()
    try NPYFile.write(TinyData.images, to: temporary.file("images.npy"))
    try NPYFile.write(TinyData.labels, to: temporary.file("labels.npy"))
    try temporary.write(tinySpace, to: "space.json")
    try temporary.write(deviceProfile(), to: "device.json")
    try temporary.write(
      deviceProfile(name: "slow-board", overhead: 0.5, rate: 0.05), to: "slow.json")
    try write(text)
  }

  /// Copies a study with everything in its folder.
  init(copyOf other: TinyStudy) throws {
    temporary = try TemporaryFolder()
    for name in try FileManager.default.contentsOfDirectory(atPath: other.folder.path) {
      try FileManager.default.copyItem(
        atPath: other.temporary.file(name), toPath: temporary.file(name))
    }
  }

  func write(_ text: StudyText) throws { try temporary.write(text.json, to: "study.json") }

  func inputs() throws -> StudyInputs { try StudyInputs(folder) }

  func outcome() throws -> StudyOutcome { StudyOutcome(try Journal.state(of: folder)) }

  /// The whole lines of the journal, without their newlines.
  func journalLines() -> [String] {
    guard let data = try? temporary.read("journal.jsonl"),
      let end = data.lastIndex(of: UInt8(ascii: "\n"))
    else { return [] }
    return String(decoding: data[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Leaves the first lines of the journal and a part of the next one, as a kill does.
  func cutJournal(toLines count: Int, andBytes bytes: Int = 0) throws {
    let lines = journalLines()
    let next = count < lines.count ? String(lines[count].prefix(bytes)) : ""
    try temporary.write(lines.prefix(count).map { $0 + "\n" }.joined() + next, to: "journal.jsonl")
  }
}

/// What must not depend on workers, threads, kills and time: everything in the journal but times, full
/// trainings in the order of their trials.
struct StudyOutcome: Equatable {
  let teacher: JournalEvent.TeacherReady?
  let screened: JournalEvent.Screened?
  let trials: [StudyState.Trial]
  let nothingFeasible: JournalEvent.NothingFeasible?
  let audited: JournalEvent.Audited?
  let rescored: [JournalEvent.Rescored]
  let searchEnded: JournalEvent.SearchEnded?
  let finalists: [Int]?
  let distilled: [JournalEvent.Distilled]
  let references: JournalEvent.ReferencesChosen?
  let referenceTrainings: [JournalEvent.ReferenceTrained]
  let robustness: [JournalEvent.RobustnessTested]

  init(_ state: StudyState) {
    teacher = state.teacher
    screened = state.screened
    trials = state.trials.map { trial in
      var trial = trial
      trial.result?.seconds = 0
      return trial
    }
    nothingFeasible = state.nothingFeasible
    audited = state.audited
    rescored = state.rescored.map { result in
      var result = result
      result.seconds = 0
      return result
    }.sorted { $0.trial < $1.trial }
    searchEnded = state.searchEnded
    finalists = state.finalists
    references = state.references
    referenceTrainings = state.referenceTrainings.map { result in
      var result = result
      result.seconds = 0
      return result
    }.sorted { ($0.key, $0.repetition) < ($1.key, $1.repetition) }
    robustness = state.robustness.map { result in
      var result = result
      result.seconds = 0
      return result
    }.sorted { ($0.trial, $0.images) < ($1.trial, $1.images) }
    distilled = state.distilled.map { result in
      var result = result
      result.seconds = 0
      return result
    }.sorted {
      ($0.trial, $0.repetition, $0.isBaseline ? 1 : 0)
        < ($1.trial, $1.repetition, $1.isBaseline ? 1 : 0)
    }
  }

  /// The first difference, for messages.
  func difference(from other: StudyOutcome) -> String {
    if teacher != other.teacher { return "teacher" }
    if screened != other.screened { return "screened" }
    for (a, b) in zip(trials, other.trials) where a != b { return "trial \(a) and \(b)" }
    if trials.count != other.trials.count {
      return "\(trials.count) and \(other.trials.count) trials"
    }
    if rescored != other.rescored { return "rescored" }
    if audited != other.audited { return "audited" }
    if finalists != other.finalists { return "finalists" }
    for (a, b) in zip(distilled, other.distilled) where a != b { return "training \(a) and \(b)" }
    if references != other.references { return "references" }
    if robustness != other.robustness { return "robustness" }
    for (a, b) in zip(referenceTrainings, other.referenceTrainings) where a != b {
      return "reference \(a) and \(b)"
    }
    return self == other ? "none" : "the end"
  }
}

extension TinyStudy {
  /// Expects a run of the command to have ended well, and this study as another one did.
  func expectSameEnd(
    _ ended: Program.Ended, as other: TinyStudy, sourceLocation: SourceLocation
  ) throws {
    #expect(ended.status == 0, "\(ended.errors)", sourceLocation: sourceLocation)
    let (found, expected) = (try outcome(), try other.outcome())
    #expect(
      found == expected, "\(found.difference(from: expected))", sourceLocation: sourceLocation)
    #expect(try front() == other.front(), sourceLocation: sourceLocation)
  }
}
