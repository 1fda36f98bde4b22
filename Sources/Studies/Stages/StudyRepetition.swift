import FileFormats
import Foundation

/// A study once more with another seed: the same question and budget, in a folder of the study's own.
///
/// Its teacher is trained anew where the study trains it; data, split, search space, devices and earlier studies are the
/// same.
public struct StudyRepetition: Sendable {
  public let seed: Int
  public let folder: StudyFolder
  /// What its `study.json` says.
  let text: String

  /// - Parameters:
  ///   - number: Which repetition, from 1.
  ///   - files: The study's.
  init(_ number: Int, of files: StudyFiles) {
    let own = Int(clamping: files.definition.seed)
    let (next, isTooLarge) = own.addingReportingOverflow(number)
    self.init(seed: isTooLarge ? own - number : next, of: files)
  }

  init(seed: Int, of files: StudyFiles) {
    self.seed = seed
    folder = files.folder.repetition(seed: seed)
    let place = URL(filePath: files.folder.path).standardizedFileURL.path
    var json = files.definition.json
    json = json.replacing("name") { _ in .text("\(files.definition.name), seed \(seed)") }
      .setting("seed", .integer(seed))
    // The folders move together.
    for field in ["data", "teacher", "search_space", "hardware", "warm_start", "measure"] {
      json = json.replacing(field) { $0.movingPaths(to: "../..", at: place) }
    }
    text = json.text.formatted + "\n"
  }

  /// Writes its `study.json`, unless it is there. One of an earlier question is replaced; whether its results are of use
  /// for this one, a run finds out.
  ///
  /// - Throws: `FileFormatError` if it cannot be written.
  func write() throws {
    guard !isCurrent else { return }
    try Folder.create(folder.path)
    try AtomicFile.write(text, to: folder.definition)
  }

  /// Whether its folder asks what the study asks.
  private var isCurrent: Bool {
    FileManager.default.contents(atPath: folder.definition) == Data(text.utf8)
  }

  /// What it came to; nil where it has not ended, was begun for another question, or cannot be read.
  var ended: (definition: StudyDefinition, state: StudyState)? {
    guard isCurrent, let files = try? StudyFiles(folder),
      let state = try? Journal.state(of: folder), state.began != nil,
      (try? files.check(against: state)) != nil
    else { return nil }
    let definition = files.calibrated(by: state).definition
    let rest = RemainingWork(definition, state, designs: files.space.references.count)
    guard
      state.nothingFeasible != nil || state.finalists != nil && rest.flash == 0 && rest.full == 0
    else { return nil }
    return (definition, state)
  }
}
