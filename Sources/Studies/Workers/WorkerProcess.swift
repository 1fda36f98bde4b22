import Foundation
import Processes

/// One worker process: the lines that it says, how it is, and what is known of its end.
final class WorkerProcess {
  /// That the time of its task is over, so that it is ended.
  struct Ending: Hashable {
    /// The task's number. It may still bring a result; the process is then ended for nobody.
    var request: Int
    /// Whether somebody had stopped it, so that it could not get on.
    var wasStopped: Bool
    /// When it is killed, if it is still there.
    var killAt: SuspendingClock.Instant
  }

  private let child: ChildProcess
  /// Of its output, what is no whole line yet.
  private var rest = Data()
  private var lastErrors = Data()
  private let memoryKills = MemoryKills.count()
  private var outputClosed: SuspendingClock.Instant?
  /// Whether it was killed for that: it could not have said anything any more.
  private var isMute = false

  /// Whether it has said that it takes tasks.
  var isReady = false
  var ending: Ending?
  /// What it has taken of the processor, in seconds, as it last told it.
  var processorSeconds = 0.0

  /// How much of its standard error is kept, in bytes.
  private static let mostErrors = 32_768

  /// Starts the process.
  ///
  /// - Throws: `StudyError.cannotStartWorker`.
  init(command: [String]) throws {
    do {
      child = try ChildProcess(command, adding: WorkerEnvironment.variables)
    } catch {
      throw StudyError.cannotStartWorker(
        command: command.joined(separator: " "),
        reason: String(cString: strerror(error.code)))
    }
  }

  var id: pid_t { child.id }

  /// Sends a request. That the process is dead is noticed elsewhere.
  func send(_ request: WorkerRequest) {
    guard var line = try? JSONEncoder().encode(request) else { return }
    line.append(UInt8(ascii: "\n"))
    child.write(line)
  }

  /// Sends a signal.
  func send(_ signal: Int32) { child.send(signal) }

  /// Returns what it has said since it was asked last.
  func replies() -> [WorkerReply] {
    lastErrors.append(child.readErrors())
    if lastErrors.count > 2 * WorkerProcess.mostErrors {
      lastErrors = Data(lastErrors.suffix(WorkerProcess.mostErrors))
    }
    rest.append(child.readOutput())
    var replies: [WorkerReply] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      // What is not a reply, such as a message of the runtime, is not for us.
      if let reply = try? JSONDecoder().decode(WorkerReply.self, from: rest[start..<end]) {
        replies.append(reply)
      }
      start = rest.index(after: end)
    }
    rest = Data(rest[start...])
    return replies
  }

  /// The last of what it has written to standard error.
  var errors: String {
    String(decoding: lastErrors.suffix(WorkerProcess.mostErrors), as: UTF8.self)
  }

  /// Whether it may say more.
  var isOutputOpen: Bool { child.isOutputOpen }

  /// Whether it has ended. A process that has closed its output and stays is killed after a second.
  func hasEnded() -> Bool {
    if child.hasEnded() { return true }
    guard !child.isOutputOpen else { return false }
    let closed = outputClosed ?? .now
    outputClosed = closed
    if closed.duration(to: .now) > .seconds(1) {
      isMute = true
      child.sendToGroup(SIGKILL)
    }
    return false
  }

  /// Why it has ended.
  var loss: ProcessLoss {
    if let ending {
      return ending.wasStopped
        ? .killed("stopped by SIGSTOP or a debugger, and replaced")
        : .own(.timedOut, "ended after the time that trial_limits gives it")
    }
    guard !isMute else { return .own(.failed, "it has closed its output") }
    return ProcessLoss(
      child.end ?? .status(0), errors: errors,
      hasMemoryKills: MemoryKills.count() > memoryKills)
  }

  /// Asks it to end: closes its input, and ends it if it is at work.
  func askToEnd() {
    child.closeInput()
    child.send(SIGTERM)
    // A stopped process hears nothing else before it continues.
    child.send(SIGCONT)
  }

  /// Waits until it has ended, and kills it if that takes too long.
  func end(within seconds: Double) { child.finish(within: seconds) }

  /// What the process does, as the kernel has it: a letter such as `R` (runs), `S` (sleeps), `D` (waits for a
  /// disk) or `T` (stopped); nil if it is not there.
  var state: Character? {
    guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].first { $0 != " " }
  }

  /// Waits until any of some processes has said something or gone.
  ///
  /// - Returns: The indices of those.
  static func ready(among processes: [WorkerProcess], waitingSeconds seconds: Double) -> [Int] {
    ChildProcess.ready(
      among: processes.map(\.child), waitingMilliseconds: Int32(1000 * max(0, seconds)))
  }
}
