import FileFormats
import Foundation

/// What comes before a run: what killed runs have left is removed, and the files that the study keeps are compared
/// with what the journal says of them, each read once.
///
/// A damaged file is removed, so that it is made again as one is that was never there: students are trained again to
/// the same bits, a teacher's answers are asked for again, prepared data are read again from the user's files. What an
/// unfinished training has kept vouches for itself (`SealedFiles`).
public struct StudyUpkeep {
  private let folder: StudyFolder
  private let journal: Journal
  /// What was done, in sentences for the user.
  private var notes: [String] = []

  /// Looks after a study. Where none has begun, only what killed writes have left is removed: of data that were
  /// being prepared, say.
  ///
  /// - Returns: What was done, in sentences for the user.
  /// - Throws: `StudyError.locked` while another process works on it; `StudyError.corruptJournal` and as it;
  ///   `FileFormatError` or `JSONError.unreadable` if something cannot be read or removed.
  public static func run(_ folder: StudyFolder) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.journal) else {
      return try removeLeftovers(folder)
    }
    let lock = try StudyLock(folder)
    defer { withExtendedLifetime(lock) {} }
    var upkeep = StudyUpkeep(folder: folder, journal: try Journal(folder))
    upkeep.notes += try removeLeftovers(folder)
    upkeep.noteUncheckedLines()
    try upkeep.checkFiles()
    try upkeep.checkSealedFiles()
    return upkeep.notes
  }

  private init(folder: StudyFolder, journal: Journal) {
    (self.folder, self.journal) = (folder, journal)
  }

  private static func removeLeftovers(_ folder: StudyFolder) throws -> [String] {
    let removed = try folder.writtenFolders.flatMap(Leftovers.remove)
    guard !removed.isEmpty else { return [] }
    return [
      "removed what killed writes have left: "
        + removed.map(folder.relative).joined(separator: ", ")
    ]
  }

  private mutating func noteUncheckedLines() {
    let count = journal.uncheckedLines
    guard count > 0 else { return }
    notes.append(
      "journal without checksums: an earlier version has written its first \(count) "
        + "line\(count == 1 ? "" : "s"), in which damage may go unseen; new lines have them")
  }

  private mutating func checkSealedFiles() throws {
    // A reference is left to `monitor`, which makes it again and says why.
    for file in try SealedFiles(folder).files where file.isLost && file.kind != .reference {
      try remove(file.path)
      let consequence =
        file.kind == .unfinished
        ? "that training begins again" : "autodistill leakage makes it again"
      notes.append("\(file.path) is damaged (\(file.finding)): \(consequence)")
    }
  }

  private func remove(_ path: String) throws {
    guard unlink(folder.appending(path)) == 0 || errno == ENOENT else {
      throw FileFormatError.system(
        path: folder.appending(path), operation: "remove", code: errno)
    }
  }

  private mutating func checkFiles() throws {
    let condition = try KeptFiles(folder, journal.state)
    for (path, found, expected) in condition.damaged {
      notes.append(
        "\(path) is damaged (sha256 \(found.prefix(16))…, \(expected.prefix(16))… in the journal): "
          + "it is made again")
    }
    for path in condition.missing where !path.hasPrefix("teacher/view-") {
      notes.append("\(path) is not there any more: it is made again")
    }
    // Images without the file that describes them are no data set.
    let isDataDamaged = (condition.damaged.map(\.path) + condition.missing).contains {
      $0.hasPrefix("data/")
    }
    let description = StudyFolder.dataDescription
    let problem = try folder.problemOfDataDescription(journal.state)
    if let problem {
      notes.append("\(description) is damaged (\(problem)): the data are prepared again")
    }
    for path in condition.damaged.map(\.path)
      + (isDataDamaged || problem != nil ? [description] : [])
    {
      try remove(path)
    }
    try journal.forget(condition.damaged.map(\.path) + condition.missing)
    // Data that are prepared again are not those that are there.
    let unknown = condition.unknown.filter {
      !$0.hasPrefix("data/") || !isDataDamaged && problem == nil
    }
    let adopted = try journal.keep(unknown, in: folder, onlyNew: true)
    if !adopted.isEmpty {
      notes.append(
        "the journal does not say what \(adopted.count) of the study's files hold, which an earlier version "
          + "has written: they are taken as they are")
    }
  }
}
