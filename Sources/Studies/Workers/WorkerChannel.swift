import Foundation

/// How a worker and the run that it works for speak with each other.
///
/// The worker's thread asks for requests and tells what came of them; replies may come from several threads.
protocol WorkerChannel: AnyObject, Sendable {
  /// Waits for the next request; nil when there will be none.
  func next() -> Data?
  /// Tells something.
  func send(_ reply: WorkerReply)
  /// Whether what the worker does is still wanted. Asked often.
  var isWanted: Bool { get }
  /// Does the worker's work on a request.
  func whileBusy<Result>(_ body: () throws -> Result) rethrows -> Result
  /// Whether a task that takes longer than the study allows is ended by the worker, as nobody else sees in time how
  /// long it takes.
  var keepsTimeLimits: Bool { get }
  /// How long files that others have written may take to be seen, in seconds.
  var patienceSeconds: Double { get }
}

/// Standard input and output.
final class PipeChannel: WorkerChannel {
  private let watch: WorkerWatch

  /// - Parameter isAsked: Whether the process has been asked to stop.
  init(isAsked: @escaping @Sendable () -> Bool) {
    watch = WorkerWatch(isAsked: isAsked)
    watch.start()
  }

  func next() -> Data? { readLine().map { Data($0.utf8) } }

  var isWanted: Bool { !watch.shouldStop() }

  func whileBusy<Result>(_ body: () throws -> Result) rethrows -> Result {
    try watch.whileBusy(body)
  }

  let keepsTimeLimits = false
  let patienceSeconds = 0.0

  func send(_ reply: WorkerReply) {
    var reply = reply
    reply.processorSeconds = ProcessorTime.seconds
    var line: Data
    do {
      line = try JSONEncoder().encode(reply)
    } catch {
      // The parent waits for an answer, whatever it is.
      let failure = WorkerReply(id: reply.id, status: .failed, message: "\(error)")
      line = (try? JSONEncoder().encode(failure)) ?? Data()
    }
    line.append(UInt8(ascii: "\n"))
    // Where the parent has gone, the watch sees to it.
    try? FileHandle.standardOutput.write(contentsOf: line)
  }
}
