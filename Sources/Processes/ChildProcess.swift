import Foundation

/// A program that is talked to over its standard streams while it runs, in a process group of its own.
///
/// Used by one thread, and it needs no other: nothing here waits unless it is told to. Letting go of one that
/// runs kills it with all that it has started.
package final class ChildProcess {
  /// How a program ended, as the system tells it.
  package enum End: Hashable, Sendable {
    case status(Int32)
    case signal(Int32)
  }

  package let id: pid_t
  /// How it ended; nil as long as it is not known to have.
  package private(set) var end: End?

  private let input: PipeEnd
  private let output: PipeEnd
  private let errors: PipeEnd

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: Its path and its arguments. A name without a slash is looked for in `PATH`.
  ///   - additions: Environment variables that it gets as well as those of this process, or instead of them.
  package init(
    _ arguments: [String], adding additions: [String: String] = [:]
  ) throws(SystemCommand.CannotStart) {
    let (itsInput, input) = try PipeEnd.pair()
    let (output, itsOutput) = try PipeEnd.pair()
    let (errors, itsErrors) = try PipeEnd.pair()
    id = try SystemCommand.start(
      arguments, arguments[0], in: nil, input: itsInput.descriptor,
      output: itsOutput.descriptor, errors: itsErrors.descriptor, adding: additions)
    (self.input, self.output, self.errors) = (input, output, errors)
    output.makeNonblocking()
    errors.makeNonblocking()
  }

  deinit {
    if end == nil { finish(within: 0) }
  }

  /// Sends a few bytes, less than a pipe holds; false where nobody reads them.
  @discardableResult
  package func write(_ data: Data) -> Bool {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.write(input.descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Closes its standard input.
  package func closeInput() { input.close() }

  /// Returns what has come on its standard output since it was asked last.
  package func readOutput() -> Data { output.readWhatIsThere() }

  /// Returns what has come on its standard error since it was asked last.
  package func readErrors() -> Data { errors.readWhatIsThere() }

  /// Whether more may come on its standard output.
  package var isOutputOpen: Bool { output.isOpen }

  /// Whether it has ended. What it wrote before may still be there to read.
  package func hasEnded() -> Bool {
    if end != nil { return true }
    var status: Int32 = 0
    let waited = waitpid(id, &status, WNOHANG)
    if waited == id {
      let signal = status & 0x7F
      end = signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
    } else if waited < 0 && errno == ECHILD {
      // Somebody else has taken its status.
      end = .status(0)
    }
    return end != nil
  }

  /// Sends a signal to it, if it has not ended.
  package func send(_ signal: Int32) {
    if !hasEnded() { kill(id, signal) }
  }

  /// Sends a signal to it and to all that it has started; those may outlive it.
  package func sendToGroup(_ signal: Int32) { kill(-id, signal) }

  /// Waits until it has ended, and kills it if that takes too long.
  package func finish(within seconds: Double) {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline && !hasEnded() { usleep(5_000) }
    guard !hasEnded() else { return }
    sendToGroup(SIGKILL)
    // Dead at once, unless the system itself waits for a disk: then it is left to the system.
    let patience = ContinuousClock.now + .seconds(1)
    while ContinuousClock.now < patience && !hasEnded() { usleep(1_000) }
  }

  /// Waits until any of some programs has written something or closed its output.
  ///
  /// - Returns: The indices of those that have; empty if none has in time.
  package static func ready(
    among processes: [ChildProcess], waitingMilliseconds milliseconds: Int32
  ) -> [Int] {
    var polled: [pollfd] = []
    var owners: [Int] = []
    for (index, process) in processes.enumerated() {
      for pipe in [process.output, process.errors] where pipe.isOpen {
        polled.append(pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0))
        owners.append(index)
      }
    }
    guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return [] }
    var ready: [Int] = []
    for (poll, owner) in zip(polled, owners) where poll.revents != 0 && ready.last != owner {
      ready.append(owner)
    }
    return ready
  }
}

/// One end of a pipe, closed with it.
private final class PipeEnd {
  private(set) var descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close() }

  static func pair() throws(SystemCommand.CannotStart) -> (reading: PipeEnd, writing: PipeEnd) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SystemCommand.CannotStart(code: errno) }
    return (PipeEnd(ends[0]), PipeEnd(ends[1]))
  }

  var isOpen: Bool { descriptor >= 0 }

  func makeNonblocking() { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }

  func close() {
    if isOpen { _ = Foundation.close(descriptor) }
    descriptor = -1
  }

  /// A writer without end is left for the next time.
  private static let most = 1 << 20

  func readWhatIsThere() -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while isOpen && data.count < PipeEnd.most {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count > 0 {
        data.append(contentsOf: buffer[0..<count])
        continue
      }
      // Nothing now, or nothing any more.
      if count == 0 || errno != EAGAIN { close() }
      break
    }
    return data
  }
}
