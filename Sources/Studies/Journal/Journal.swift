import FileFormats
import Foundation

/// The study's events, append-only and synced: the only source of truth.
///
/// A process that is killed while it writes leaves half a line at the end. That line is dropped when
/// the journal is opened again, and what it said is done again. A damaged line with intact ones
/// behind it is another matter, and refused, as is one that its checksum does not fit (`JournalChain`).
public final class Journal {
  /// The newest format that this version reads, and the one that it writes. 1 has no checksums, and does not say
  /// what it is.
  static let format = 2

  public let path: String
  /// Everything that has happened.
  public var state: StudyState { reading.state }
  /// The lines at the beginning that have no checksum, since an earlier version has written them.
  var uncheckedLines: Int { reading.chain.uncheckedCount }

  private var reading: JournalReading
  private let file: AppendOnlyFile

  /// Opens the journal of a folder for appending, creating it if there is none.
  ///
  /// - Throws: `StudyError.corruptJournal` or `.newerJournal`, or `FileFormatError` if it cannot be read or
  ///   written.
  public init(_ folder: StudyFolder) throws {
    path = folder.journal
    let intactBytes: Int
    (reading, intactBytes) = try Journal.read(path)
    file = try AppendOnlyFile(path, keepingFirst: intactBytes)
  }

  /// Reads the state of a study without opening its journal for writing.
  ///
  /// - Throws: As `init`.
  public static func state(of folder: StudyFolder) throws -> StudyState {
    try read(folder.journal).reading.state
  }

  /// What a journal looks like from outside.
  struct Summary {
    var state: StudyState
    var lines: Int
    /// Those at the beginning without checksums.
    var uncheckedLines: Int
    /// Behind the last whole line.
    var unfinishedBytes: Int
  }

  /// Reads a journal and says what it looks like; nothing is written.
  ///
  /// - Throws: As `init`.
  static func summary(of folder: StudyFolder) throws -> Summary {
    let (reading, intactBytes) = try read(folder.journal)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.journal)
    let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
    return Summary(
      state: reading.state, lines: reading.chain.lineCount,
      uncheckedLines: reading.chain.uncheckedCount, unfinishedBytes: max(0, size - intactBytes))
  }

  /// Appends an event; when this returns it is on the disk, unless it can be made again.
  ///
  /// A proposal is a function of what stands before it, and reaches the disk with the next event at the latest:
  /// so a trial waits for the disk once and not twice.
  ///
  /// - Throws: `StudyError.impossible` for what no reader would take; `FileFormatError` if it cannot be written.
  public func append(_ event: JournalEvent) throws {
    if let reason = event.impossibility {
      throw StudyError.impossible(path: path, reason: reason)
    }
    var chain = reading.chain
    try file.append(line: chain.sealed(JSONLines.line(event)), waits: event.waitsForDisk)
    reading.chain = chain
    reading.state.apply(event)
  }

  /// Returns events as the lines of a new journal.
  static func text(of events: [JournalEvent]) throws -> String {
    var chain = JournalChain()
    return try events.map { chain.sealed(try JSONLines.line($0)) + "\n" }.joined()
  }

  /// Says what the study is made from, unless the journal says so already or holds results.
  func begin(_ beginning: JournalEvent.Began) throws {
    if !state.hasResults && state.began != beginning { try append(.began(beginning)) }
  }

  private static func read(_ path: String) throws -> (reading: JournalReading, intactBytes: Int) {
    var reading = JournalReading()
    let intactBytes = try JSONLines.forEachLine(of: path) { line, number in
      try reading.take(line, number, path: path)
    }
    return (reading, intactBytes)
  }
}

extension JournalEvent {
  /// Whether an event must be on the disk before the study continues: all but those that can be made again from
  /// what stands before them.
  fileprivate var waitsForDisk: Bool {
    if case .proposed = self { return false }
    return true
  }
}
