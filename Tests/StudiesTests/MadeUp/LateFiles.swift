import FileFormats
import Foundation
import RandomStreams

/// Files of one machine as another one sees them on a slow network file system.
///
/// What is written comes late and in two pieces, cut in the middle of a line, whichever is first; what is not there
/// yet is zeros, sometimes to the very end, where the size is known before the bytes. The times of the files are
/// those of the writer's clock, which may be wrong.
struct LateFiles {
  private struct Piece {
    var due: Double
    var offset: Int
    /// Zeros where the bytes are still on their way.
    var bytes: Data
  }

  private struct Copy {
    /// What the writer has, as far as it is on its way.
    var sent = Data()
    var shown = Data()
    var pieces: [Piece] = []
  }

  /// The writer's folder, and the reader's.
  let source: String
  let target: String
  /// The names of the files that are written on this side.
  let names: Set<String>
  let longestSeconds: Double
  /// How far the writer's clock is ahead of the reader's.
  let offsetSeconds: Double
  private var random: RandomStream
  private var copies: [String: Copy] = [:]

  init(
    from source: String, to target: String, names: Set<String>, longestSeconds: Double,
    offsetSeconds: Double, seed: UInt64
  ) {
    (self.source, self.target, self.names) = (source, target, names)
    (self.longestSeconds, self.offsetSeconds) = (longestSeconds, offsetSeconds)
    random = RandomStream(seed: seed, purpose: names.sorted().joined())
  }

  /// Sends what has been written, and shows what has arrived.
  mutating func move(at seconds: Double) throws {
    let paths = FileManager.default.enumerator(atPath: source)?.compactMap { $0 as? String } ?? []
    for path in paths.sorted() where names.contains((path as NSString).lastPathComponent) {
      var copy = copies[path] ?? Copy()
      let written = try read(path, unless: copy.sent)
      send(written, &copy, at: seconds)
      let shown = copy.shown
      show(&copy, at: seconds)
      copies[path] = copy
      guard copy.shown != shown else { continue }
      let file = URL(filePath: target + "/" + path)
      try Folder.create(file.deletingLastPathComponent().path)
      try copy.shown.write(to: file)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: offsetSeconds)], ofItemAtPath: file.path)
    }
  }

  /// Returns what a file holds, without reading one that only grows and has not grown.
  private func read(_ path: String, unless known: Data) throws -> Data {
    let file = source + "/" + path
    let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber
    if path.hasSuffix(".jsonl"), !known.isEmpty, size?.intValue == known.count { return known }
    return try Data(contentsOf: URL(filePath: file))
  }

  private mutating func send(_ written: Data, _ copy: inout Copy, at seconds: Double) {
    guard written != copy.sent else { return }
    // A file that only grows; or one that is overwritten as a whole.
    let begin = written.starts(with: copy.sent) ? copy.sent.count : 0
    let cut = begin + random.integer(below: written.count - begin + 1)
    for range in [begin..<cut, cut..<written.count] where !range.isEmpty {
      let due = seconds + delay()
      if random.integer(below: 3) == 0 {
        // The size first.
        copy.pieces.append(
          Piece(
            due: seconds + delay(most: due - seconds), offset: range.lowerBound,
            bytes: Data(count: range.count)))
      }
      copy.pieces.append(Piece(due: due, offset: range.lowerBound, bytes: Data(written[range])))
    }
    copy.sent = written
  }

  /// Returns a random delay below the longest, or below `most`.
  private mutating func delay(most: Double? = nil) -> Double {
    (most ?? longestSeconds) * random.uniform()
  }

  private func show(_ copy: inout Copy, at seconds: Double) {
    let due = copy.pieces.filter { $0.due <= seconds }.sorted { $0.due < $1.due }
    copy.pieces.removeAll { $0.due <= seconds }
    for piece in due {
      let end = piece.offset + piece.bytes.count
      if copy.shown.count < end { copy.shown.append(Data(count: end - copy.shown.count)) }
      copy.shown.replaceSubrange(piece.offset..<end, with: piece.bytes)
    }
  }
}
