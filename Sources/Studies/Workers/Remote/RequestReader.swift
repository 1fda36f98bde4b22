import Foundation

/// What a worker on another machine is asked to do. Used by one thread.
final class RequestReader: @unchecked Sendable {  // By one thread.
  enum Request {
    case task(name: String, WorkerRequest)
    /// The run does not need the worker any more.
    case end
    /// The run has been silent for too long.
    case orphaned
  }

  private let reader: RecordReader<RunRecord>
  private let pulse: String
  private let orphanSeconds: Double
  private var waiting: [RunRecord] = []
  private var seen: Set<String> = []
  private var lastPulse: Data?
  private let clock: SteadyClock
  private var attended = AttendedTime()
  /// When there was last a sign of life, in attended seconds.
  private var lastNews = 0.0

  init(
    _ folder: RemoteFolder, _ lease: LeaseName, _ patience: FileChannel.Patience,
    clock: SteadyClock = .machine
  ) {
    self.clock = clock
    reader = RecordReader(
      folder.requests(to: lease), patienceSeconds: patience.graceSeconds, clock: clock)
    pulse = folder.pulse
    orphanSeconds = patience.orphanSeconds
  }

  /// Returns the next request; nil if there is none at the moment.
  func next() -> Request? {
    attended.look(at: clock.now)
    let (records, hasChanged) = reader.read()
    waiting += records
    let now = FileManager.default.contents(atPath: pulse)
    if hasChanged || now != lastPulse { lastNews = attended.seconds }
    lastPulse = now
    while !waiting.isEmpty {
      let record = waiting.removeFirst()
      switch record.kind {
      case .end: return .end
      case .task:
        guard let name = record.task, let turn = record.turn, let request = record.request,
          seen.insert(turn).inserted
        else { continue }
        // The next one is waited for from its end on.
        lastNews = attended.seconds
        return .task(name: name, request)
      }
    }
    return attended.seconds - lastNews > orphanSeconds ? .orphaned : nil
  }
}
