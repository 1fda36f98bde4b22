import FileFormats
import Foundation

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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = String(decoding: try encoder.encode(event), as: UTF8.self)
    try file.append(line: line)
    state.apply(event)
  }

  /// Says what the study is made from, unless the journal says so already or holds results.
  func begin(_ beginning: JournalEvent.Began) throws {
    if !state.hasResults && state.began != beginning { try append(.began(beginning)) }
  }

  private static func read(_ path: String) throws -> (state: StudyState, intactBytes: Int) {
    var state = StudyState()
    guard FileManager.default.fileExists(atPath: path) else { return (state, 0) }
    let data = try MappedFile(path).withUnsafeBytes { Data($0) }
    let decoder = JSONDecoder()
    var line = 0
    var start = data.startIndex
    while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
      line += 1
      let event: JournalEvent
      do {
        event = try decoder.decode(JournalEvent.self, from: data[start..<end])
      } catch {
        throw StudyError.corruptJournal(path: path, line: line, reason: Journal.reason(error))
      }
      if let problem = state.problem(with: event) {
        throw StudyError.corruptJournal(path: path, line: line, reason: problem)
      }
      state.apply(event)
      start = end + 1
    }
    return (state, start)
  }

  /// Returns in a few words why a line could not be decoded.
  package static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "a wrong type at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    case DecodingError.dataCorrupted(let context) where context.underlyingError == nil:
      context.codingPath.isEmpty
        ? context.debugDescription
        : "an unknown value at \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: "not valid JSON"
    }
  }
}
