import FileFormats
import Foundation
import Synchronization

/// The run's side of the file protocol: reads what workers write, writes what they are asked for, and shows that the
/// run is alive. All files are touched by one thread of its own, so that a file system that hangs delays news and
/// nothing else.
///
/// Unchecked: readers and writers are the thread's, the rest is locked.
final class LeaseWatch: @unchecked Sendable {
  enum News: Sendable {
    /// A worker's folder has been seen, with what an earlier run has asked for there.
    case opened(LeaseName, asked: [RunRecord])
    /// A worker's file has changed: it lives. What was read may stand behind a gap, which others have not been seen in.
    case changed(LeaseName, [LeaseRecord], hasGap: Bool)
    /// All files have been looked at, and what is new was told. Seconds in which that was done, `AttendedTime`.
    case looked(attendedSeconds: Double)
    /// A file cannot be written.
    case failed(String)
  }

  private struct Order: Sendable {
    var lease: LeaseName
    var record: RunRecord
  }

  private let folder: RemoteFolder
  private let graceSeconds: Double
  private let beatSeconds: Double
  private let tell: @Sendable (News) -> Void
  private let orders = Mutex<[Order]>([])
  private let isStopped = Mutex(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private var readers: [LeaseName: RecordReader<LeaseRecord>] = [:]
  private var writers: [LeaseName: RecordWriter] = [:]
  private var others: Set<String> = []
  private var pulseCount = 0
  private var lastPulse: ContinuousClock.Instant?
  private let nonce = LeaseName.random(8)
  private let clock: SteadyClock
  private var attended = AttendedTime()

  /// Looks once, so that everything that is there has been told, and again and again from then on.
  ///
  /// - Parameters:
  ///   - graceSeconds: How long files may take to be seen.
  ///   - beatSeconds: Between two signs of life.
  ///   - looksByItself: Whether a thread looks; otherwise `look` is called.
  /// - Throws: `FileFormatError.system` if the folder cannot be made.
  init(
    _ folder: RemoteFolder, graceSeconds: Double, beatSeconds: Double,
    clock: SteadyClock = .machine, looksByItself: Bool = true,
    tell: @escaping @Sendable (News) -> Void
  ) throws {
    (self.folder, self.tell, self.clock) = (folder, tell, clock)
    (self.graceSeconds, self.beatSeconds) = (graceSeconds, beatSeconds)
    try Folder.create(folder.path)
    look()
    guard looksByItself else {
      hasEnded.signal()
      return
    }
    let thread = Thread { [weak self, hasEnded] in
      defer { hasEnded.signal() }
      while true {
        guard let watch = self, !watch.isStopped.withLock({ $0 }) else { return }
        watch.look()
        let pause = min(5, 0.05 + 0.002 * Double(watch.readers.count))
        usleep(useconds_t(pause * 1e6))
      }
    }
    thread.start()
  }

  /// Asks a worker for something, soon.
  func ask(_ lease: LeaseName, _ record: RunRecord) {
    orders.withLock { $0.append(Order(lease: lease, record: record)) }
  }

  /// Ends the thread, and writes what was asked before. With a file system that hangs it is not waited for.
  func stop() {
    isStopped.withLock { $0 = true }
    if hasEnded.wait(timeout: .now() + 8) == .success { writeOrders() }
  }

  /// Writes what workers were asked for, and tells what they have written since the last look.
  func look() {
    showPulse()
    writeOrders()
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    for name in names ?? [] where !others.contains(name) {
      guard let lease = LeaseName(folder: name) else {
        others.insert(name)
        continue
      }
      if readers[lease] == nil { open(lease) }
    }
    for (lease, reader) in readers {
      let (records, hasChanged) = reader.read()
      if hasChanged || !records.isEmpty {
        tell(.changed(lease, records, hasGap: reader.hasGap))
      }
    }
    // Where the folder cannot be read, nobody is silent.
    guard names != nil else { return }
    attended.look(at: clock.now)
    tell(.looked(attendedSeconds: attended.seconds))
  }

  private func open(_ lease: LeaseName) {
    readers[lease] = RecordReader(
      folder.replies(of: lease), patienceSeconds: graceSeconds, clock: clock)
    let earlier = RecordReader<RunRecord>(
      folder.requests(to: lease), patienceSeconds: graceSeconds)
    tell(.opened(lease, asked: earlier.read().records))
  }

  private func writeOrders() {
    let written = orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
    for order in written {
      do {
        let writer = try writers[order.lease] ?? RecordWriter(folder.requests(to: order.lease))
        writers[order.lease] = writer
        try writer.append(order.record)
      } catch {
        tell(.failed("\(error)"))
      }
    }
  }

  /// Overwrites one small file; whatever of it others see, it is not what they saw before.
  private func showPulse() {
    let now = clock.now
    if let last = lastPulse, last.duration(to: now) / .seconds(1) < beatSeconds { return }
    lastPulse = now
    pulseCount += 1
    let descriptor = Foundation.open(
      folder.pulse, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let text = "\(nonce) \(String(format: "%012d", pulseCount))\n"
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    fsync(descriptor)
  }
}
