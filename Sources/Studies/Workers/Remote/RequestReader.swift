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
  private var lastNews = ContinuousClock.now

  init(_ folder: RemoteFolder, _ lease: LeaseName, _ patience: FileChannel.Patience) {
    reader = RecordReader(
      folder.requests(to: lease), patienceSeconds: patience.graceSeconds)
    pulse = folder.pulse
    orphanSeconds = patience.orphanSeconds
  }

  /// Returns the next request; nil if there is none at the moment.
  func next() -> Request? {
    let (records, hasChanged) = reader.read()
    waiting += records
    let now = FileManager.default.contents(atPath: pulse)
    if hasChanged || now != lastPulse { lastNews = .now }
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
        lastNews = .now
        return .task(name: name, request)
      }
    }
    return lastNews.duration(to: .now) / .seconds(1) > orphanSeconds ? .orphaned : nil
  }
}
