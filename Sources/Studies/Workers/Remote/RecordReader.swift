import Foundation

/// Reads the records of a file that another machine appends to.
///
/// A whole line that is no record may become one: it is read again, while those behind it are taken, until it has
/// been there for longer than files take to be seen. So is what stands behind the last line, whose size may be seen
/// before its bytes. Each record is returned once. Used by one thread.
final class RecordReader<Record: Decodable> {
  let path: String
  private let patienceSeconds: Double
  private let clock: SteadyClock
  private var attended = AttendedTime()
  /// Everything before it has been taken, or given up.
  private var offset = 0
  /// Where lines begin behind `offset` that have been taken.
  private var taken: Set<Int> = []
  /// The line at `offset` that is none, and since when, in attended seconds.
  private var doubted: (place: Int, since: Double)?
  /// Whether something stands behind the last line.
  private var hasTail = false
  private var lastSize = 0

  /// - Parameter patienceSeconds: How long a line may take to become a record.
  init(_ path: String, patienceSeconds: Double, clock: SteadyClock = .machine) {
    (self.path, self.patienceSeconds, self.clock) = (path, patienceSeconds, clock)
  }

  /// Whether records that have been returned stand behind something that may still become one.
  var hasGap: Bool { !taken.isEmpty }

  /// Returns the records that have been added, and whether the file has changed at all.
  func read() -> (records: [Record], hasChanged: Bool) {
    // Opened each time: that is when network file systems ask for what is new.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return ([], false) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return ([], false) }
    attended.look(at: clock.now)
    let size = Int(information.st_size)
    let hasChanged = size != lastSize
    lastSize = size
    guard size > offset, hasChanged || hasTail || doubted != nil else {
      return ([], hasChanged)
    }
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
    if isGapless { doubted = nil }
    hasTail = start < data.endIndex
    return records
  }

  /// Whether the first line that is no record has been none for too long.
  private func isGivenUp(_ place: Int) -> Bool {
    // Each has its own time: the line before may have come in the meantime.
    guard let doubted, doubted.place == place else {
      doubted = (place, attended.seconds)
      return false
    }
    guard attended.seconds - doubted.since > patienceSeconds else { return false }
    self.doubted = nil
    return true
  }
}
