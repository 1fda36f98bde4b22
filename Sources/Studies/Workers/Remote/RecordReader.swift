import Foundation

/// Reads the records of a file that another machine appends to.
///
/// A whole line that is no record may become one: it is read again, while those behind it are taken, until it has
/// been there for longer than files take to be seen. Each record is returned once. Used by one thread.
final class RecordReader<Record: Decodable> {
  let path: String
  private let patienceSeconds: Double
  /// Everything before it has been taken, or given up.
  private var offset = 0
  /// Where lines begin behind `offset` that have been taken.
  private var taken: Set<Int> = []
  /// Since when the line at `offset` has been none.
  private var doubtedSince: ContinuousClock.Instant?
  private var lastSize = 0

  /// - Parameter patienceSeconds: How long a line may take to become a record.
  init(_ path: String, patienceSeconds: Double) {
    (self.path, self.patienceSeconds) = (path, patienceSeconds)
  }

  /// Returns the records that have been added, and whether the file has changed at all.
  func read() -> (records: [Record], hasChanged: Bool) {
    // Opened each time: that is when network file systems ask for what is new.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return ([], false) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return ([], false) }
    let size = Int(information.st_size)
    let hasChanged = size != lastSize
    lastSize = size
    guard size > offset, hasChanged || doubtedSince != nil else { return ([], hasChanged) }
    return (records(in: bytes(descriptor, from: offset, count: size - offset)), hasChanged)
  }

  private func bytes(_ descriptor: Int32, from offset: Int, count: Int) -> Data {
    var data = Data(count: min(count, RecordReader.mostBytes))
    let got = data.withUnsafeMutableBytes { buffer in
      pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
    return data.prefix(max(0, got))
  }

  /// What is read at once; a record is smaller.
  private static var mostBytes: Int { 16 << 20 }

  private func records(in data: Data) -> [Record] {
    let begin = offset
    var records: [Record] = []
    var start = data.startIndex
    var isGapless = true
    while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let place = begin + (start - data.startIndex)
      let line = data[start..<end]
      var isDone = line.isEmpty || taken.contains(place)
      if !isDone, let record = RecordLine.value(line, as: Record.self) {
        records.append(record)
        isDone = true
      }
      if isGapless, isDone || isGivenUp(place) {
        taken.remove(place)
        offset = begin + (end + 1 - data.startIndex)
      } else {
        isGapless = false
        if isDone { taken.insert(place) }
      }
      start = end + 1
    }
    if isGapless { doubtedSince = nil }
    return records
  }

  /// Whether the first line that is no record has been none for too long.
  private func isGivenUp(_ place: Int) -> Bool {
    guard let since = doubtedSince else {
      doubtedSince = .now
      return false
    }
    guard since.duration(to: .now) / .seconds(1) > patienceSeconds else { return false }
    doubtedSince = nil
    return true
  }
}
