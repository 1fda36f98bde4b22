import FileFormats
import Foundation
import Synchronization

/// The worker's side of the file protocol: it writes `replies.jsonl` in a folder of its own, and reads
/// `requests.jsonl` there.
///
/// What is silent is judged by this machine's steady clock: a run counts as gone when its pulse has not changed for
/// a while. A worker whose run has gone ends its task first, so that the result is there for the next run.
final class FileChannel: WorkerChannel {
  /// How a worker waits.
  struct Patience: Hashable, Sendable {
    /// Between two signs of life.
    var beatSeconds = 15.0
    /// How long a run may be silent.
    var orphanSeconds = 600.0
    /// How long files may take to be seen.
    var graceSeconds = 60.0
  }

  private struct State {
    /// The task that is being worked on.
    var task: String?
    var share: Double?
    var isOver = false
    var hasToldEnding = false
  }

  let lease: LeaseName
  private let writer: RecordWriter
  private let requests: RequestReader
  private let patience: Patience
  private let state = Mutex(State())
  private let hasEnded = Atomic<Bool>(false)

  /// Says hello in a folder of its own.
  ///
  /// - Parameter hello: What the first record says.
  /// - Throws: `FileFormatError.system` if the folder cannot be written.
  init(
    _ lease: LeaseName, in folder: RemoteFolder, hello: LeaseHello, patience: Patience
  ) throws {
    (self.lease, self.patience) = (lease, patience)
    try Folder.create(folder.folder(of: lease))
    writer = try RecordWriter(folder.replies(of: lease))
    requests = RequestReader(folder, lease, patience)
    try writer.append(LeaseRecord(.hello, hello: hello))
    let thread = Thread { [weak self] in
      // Half a second at a time, so that a signal is told at once.
      var sinceBeat = ContinuousClock.now
      while let channel = self, !channel.state.withLock({ $0.isOver }) {
        if Termination.isRequested { channel.tellEnding() }
        if sinceBeat.duration(to: .now) / .seconds(1) > patience.beatSeconds {
          sinceBeat = .now
          channel.beat()
        }
        usleep(useconds_t(min(500_000, patience.beatSeconds * 250_000)))
      }
    }
    thread.start()
  }

  /// Whether the worker has been asked to end, as a scheduler does before a job's time is over.
  var isEnding: Bool { Termination.isRequested }

  /// A task is wanted to its end, even if its run has gone: the next run takes its result. One of a worker that has
  /// to end is stopped, and a full training leaves a checkpoint.
  var isWanted: Bool { !isEnding }

  func whileBusy<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }

  let keepsTimeLimits = true

  var patienceSeconds: Double { patience.graceSeconds }

  func next() -> Data? {
    var pauseSeconds = 0.02
    while true {
      if Termination.isRequested {
        tellEnding()
        return nil
      }
      switch requests.next() {
      case .task(let name, let request):
        state.withLock { ($0.task, $0.share) = (name, nil) }
        append(LeaseRecord(.took, task: name))
        return try? JSONEncoder().encode(request)
      case .end, .orphaned: return nil
      case nil: break
      }
      usleep(useconds_t(pauseSeconds * 1e6))
      pauseSeconds = min(1, 1.2 * pauseSeconds)
    }
  }

  func send(_ reply: WorkerReply) {
    if reply.status == .progress {
      // Told with the next sign of life.
      state.withLock { $0.share = reply.share }
      return
    }
    let task = state.withLock { $0.task }
    append(LeaseRecord(.reply, task: reply.id < 0 ? nil : task, reply: reply))
    if reply.id >= 0 { state.withLock { ($0.task, $0.share) = (nil, nil) } }
  }

  /// Says the last word.
  func close() {
    guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
    append(LeaseRecord(.ended))
    state.withLock { $0.isOver = true }
  }

  private func beat() {
    let (task, share) = state.withLock { ($0.task, $0.share) }
    guard let task, let share else { return append(LeaseRecord(.beat)) }
    let reply = WorkerReply(
      id: 0, status: .progress, share: share, processorSeconds: ProcessorTime.seconds)
    append(LeaseRecord(.beat, task: task, reply: reply))
  }

  private func tellEnding() {
    let isNews = state.withLock { state in
      defer { state.hasToldEnding = true }
      return !state.hasToldEnding
    }
    if isNews { append(LeaseRecord(.ending)) }
  }

  private func append(_ record: LeaseRecord) {
    var record = record
    record.reply?.processorSeconds = ProcessorTime.seconds
    do {
      try writer.append(record)
    } catch {
      // Nobody can be told any more: the folder is full or has gone, and the job's log has the reason.
      FileHandle.standardError.write(Data("autodistill: error: \(error)\n".utf8))
      exit(1)
    }
  }
}

/// Whether the process has been sent SIGTERM.
enum Termination {
  private static let requested = Atomic<Bool>(false)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  static func install() {
    signal(SIGTERM) { _ in Termination.requested.store(true, ordering: .relaxed) }
  }
}
