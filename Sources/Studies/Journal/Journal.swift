import FileFormats

/// The study's events, append-only and synced: the only source of truth.
///
/// A process that is killed while it writes leaves half a line at the end. That line is dropped when
/// the journal is opened again, and what it said is done again. A damaged line with intact ones
/// behind it is another matter, and refused.
public final class Journal {
  public let path: String
  /// Everything that has happened.
  public private(set) var state: StudyState

  private let file: AppendOnlyFile

  /// Opens the journal of a folder for appending, creating it if there is none.
  ///
  /// - Throws: `StudyError.corruptJournal`, or `FileFormatError` if it cannot be read or written.
  public init(_ folder: StudyFolder) throws {
    path = folder.journal
    let intactBytes: Int
    (state, intactBytes) = try Journal.read(path)
    file = try AppendOnlyFile(path, keepingFirst: intactBytes)
  }

  /// Reads the state of a study without opening its journal for writing.
  ///
  /// - Throws: As `init`.
  public static func state(of folder: StudyFolder) throws -> StudyState {
    try read(folder.journal).state
  }

  /// Appends an event; when this returns it is on the disk.
  public func append(_ event: JournalEvent) throws {
    try file.append(line: JSONLines.line(event))
    state.apply(event)
  }

  /// Says what the study is made from, unless the journal says so already or holds results.
  func begin(_ beginning: JournalEvent.Began) throws {
    if !state.hasResults && state.began != beginning { try append(.began(beginning)) }
  }

  private static func read(_ path: String) throws -> (state: StudyState, intactBytes: Int) {
    var state = StudyState()
    do {
      let intactBytes = try JSONLines.read(path) { (event: JournalEvent, line) in
        if let problem = state.problem(with: event) {
          throw JSONLines.Damage(line: line, reason: problem)
        }
        state.apply(event)
      }
      return (state, intactBytes)
    } catch let damage as JSONLines.Damage {
      throw StudyError.corruptJournal(path: path, line: damage.line, reason: damage.reason)
    }
  }
}
