import FileFormats
import Studies

/// The trainings of a benchmark and the teachers they were made with, append-only and synced.
///
/// A process that is killed while it writes leaves half a line, which is dropped when the file is opened
/// again.
final class BenchmarkLog {
  /// What a benchmark's file holds.
  struct Contents: Sendable {
    /// The teacher that was made last.
    var teacher: JournalEvent.TeacherReady?
    /// The trainings; of several with one identity, the first.
    var records: [TrainingRecord.ID: TrainingRecord] = [:]
  }

  private(set) var contents: Contents
  private let file: AppendOnlyFile

  /// Opens a benchmark's file for appending, creating it if there is none.
  ///
  /// - Throws: `StudyError.corruptJournal`, or `FileFormatError` if it cannot be read or written.
  init(_ path: String) throws {
    let intactBytes: Int
    (contents, intactBytes) = try BenchmarkLog.read(path)
    file = try AppendOnlyFile(path, keepingFirst: intactBytes)
  }

  /// Reads a file without opening it for writing.
  ///
  /// - Throws: As `init`.
  static func contents(of path: String) throws -> Contents { try read(path).contents }

  /// Appends a teacher; when this returns it is on the disk.
  func append(_ teacher: JournalEvent.TeacherReady) throws {
    try append(.teacher(teacher))
  }

  /// Appends a training; when this returns it is on the disk.
  func append(_ record: TrainingRecord) throws { try append(.training(record)) }

  private func append(_ line: Line) throws {
    try file.append(line: JSONLines.line(line))
    contents.apply(line)
  }

  private static func read(_ path: String) throws -> (contents: Contents, intactBytes: Int) {
    var contents = Contents()
    do {
      let intactBytes = try JSONLines.read(path) { (line: Line, _) in contents.apply(line) }
      return (contents, intactBytes)
    } catch let damage as JSONLines.Damage {
      throw StudyError.corruptJournal(path: path, line: damage.line, reason: damage.reason)
    }
  }

  /// One line.
  fileprivate enum Line {
    case teacher(JournalEvent.TeacherReady)
    case training(TrainingRecord)
  }
}

extension BenchmarkLog.Contents {
  fileprivate mutating func apply(_ line: BenchmarkLog.Line) {
    switch line {
    case .teacher(let teacher): self.teacher = teacher
    case .training(let record):
      if records[record.id] == nil { records[record.id] = record }
    }
  }
}

extension BenchmarkLog.Line: Codable {
  private enum Kind: String, Codable {
    case teacher
    case full
    case flash
  }

  private enum CodingKeys: String, CodingKey {
    case kind
  }

  init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .kind)
    switch kind {
    case .teacher: self = .teacher(try JournalEvent.TeacherReady(from: decoder))
    case .full, .flash: self = .training(try TrainingRecord(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .teacher(let teacher):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Kind.teacher, forKey: .kind)
      try teacher.encode(to: encoder)
    case .training(let record): try record.encode(to: encoder)
    }
  }
}
