import Foundation

/// A program that runs in a process group of its own, with its arguments as they are.
package enum SystemCommand {
  package enum End: Hashable {
    case status(Int32)
    case signal(Int32)
    case timeLimit
    case cancelled
  }

  package struct Ended {
    package let end: End
    /// The last part of standard output.
    package let output: String
    /// The last lines of standard error that are not blank, each shortened; at most five.
    package let lastErrorLines: [String]

    /// The last of them; empty if there is none.
    package var lastErrorLine: String { lastErrorLines.last ?? "" }
  }

  /// The system refused to start the program; `code` is its `errno`.
  package struct CannotStart: Error {
    package let code: Int32
  }

  private static let kept = 1 << 20
  private static let longestErrorLine = 300
  private static let errorLineCount = 5
  private static let pauseMilliseconds: Int32 = 20

  /// Runs a program to its end, or ends it with all that it has started.
  ///
  /// Its standard input is empty. What a child of it writes after its own end is not waited for.
  ///
  /// - Parameters:
  ///   - arguments: Its name and its arguments. A name without a slash is looked for in `PATH`.
  ///   - executable: The program's file, where that is not what the first argument says.
  ///   - folder: Where it runs, and what a relative path of the program is relative to; nil for the current
  ///     folder.
  ///   - isCancelled: Asked several times a second; true ends the program.
  package static func run(
    _ arguments: [String], executable: String? = nil, in folder: String? = nil,
    timeLimitSeconds: Double, isCancelled: () -> Bool
  ) throws(CannotStart) -> Ended {
    let (output, errors) = (try Stream(), try Stream())
    let process = try start(
      arguments, executable ?? arguments[0], in: folder, output: output.writing,
      errors: errors.writing)
    RunningGroups.all.insert(process)
    defer { RunningGroups.all.remove(process) }
    output.closeWriting()
    errors.closeWriting()
    let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(timeLimitSeconds * 1e9)
    var status: Int32 = 0
    var cutShort: End?
    while true {
      let isOpen = Stream.read([output, errors], waiting: pauseMilliseconds)
      let waited = waitpid(process, &status, WNOHANG)
      if waited == process { break }
      if waited < 0 && errno != EINTR { break }
      if !isOpen { usleep(useconds_t(pauseMilliseconds) * 1000) }
      if cutShort == nil {
        if isCancelled() { cutShort = .cancelled }
        if DispatchTime.now().uptimeNanoseconds > deadline { cutShort = cutShort ?? .timeLimit }
        if cutShort != nil { kill(-process, SIGKILL) }
      }
    }
    // The program has ended; what it leaves behind must not disturb what comes next.
    kill(-process, SIGKILL)
    _ = Stream.read([output, errors], waiting: 0)
    let signal = status & 0x7F
    let end = cutShort ?? (signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal))
    let lines = errors.text.split(whereSeparator: \.isNewline)
      .filter { !$0.allSatisfy(\.isWhitespace) }
    return Ended(
      end: end, output: output.text,
      lastErrorLines: lines.suffix(errorLineCount).map { String($0.prefix(longestErrorLine)) })
  }

  /// Starts a program in a process group of its own.
  ///
  /// - Parameters:
  ///   - input: What it reads; nil for nothing.
  ///   - additions: Environment variables that it gets as well as those of this process, or instead of them.
  static func start(
    _ words: [String], _ executable: String, in folder: String?, input: Int32? = nil,
    output: Int32, errors: Int32, adding additions: [String: String] = [:]
  ) throws(CannotStart) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let folder {
      let code = addChangeOfFolder(&actions, folder)
      guard code == 0 else { throw CannotStart(code: code) }
    }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // This program ignores these two, and a thread may block signals; neither is the command's affair.
    var none = sigset_t()
    sigemptyset(&none)
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    sigaddset(&usual, SIGXFSZ)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] =
      words.map { (word: String) in
        strdup(word)
      } + [nil]
    defer { for argument in arguments { free(argument) } }
    var variables = additions.isEmpty ? [] : environment(adding: additions)
    defer { for variable in variables { free(variable) } }
    var process: pid_t = 0
    let code =
      additions.isEmpty
      ? posix_spawnp(&process, executable, &actions, &attributes, &arguments, environ)
      : posix_spawnp(&process, executable, &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw CannotStart(code: code) }
    return process
  }

  /// Returns the environment of this process with some variables set, for C; its texts are the caller's.
  private static func environment(
    adding additions: [String: String]
  ) -> [UnsafeMutablePointer<CChar>?] {
    let all = ProcessInfo.processInfo.environment.merging(additions) { $1 }
    return all.map { strdup("\($0.key)=\($0.value)") } + [nil]
  }

  /// One pipe from the command, of which the last part is kept.
  private final class Stream {
    let reading: Int32
    private(set) var writing: Int32
    private var data = Data()
    private var isOpen = true

    init() throws(CannotStart) {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { throw CannotStart(code: errno) }
      (reading, writing) = (ends[0], ends[1])
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      _ = fcntl(reading, F_SETFL, O_NONBLOCK)
    }

    deinit {
      close(reading)
      closeWriting()
    }

    func closeWriting() {
      if writing >= 0 { close(writing) }
      writing = -1
    }

    var text: String { String(decoding: data.suffix(kept), as: UTF8.self) }

    /// Waits for something to read, and reads what is there; false once all are closed.
    static func read(_ streams: [Stream], waiting milliseconds: Int32) -> Bool {
      let open = streams.filter(\.isOpen)
      guard !open.isEmpty else { return false }
      var polled = open.map { pollfd(fd: $0.reading, events: Int16(POLLIN), revents: 0) }
      guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return true }
      for (stream, poll) in zip(open, polled) where poll.revents != 0 { stream.readWhatIsThere() }
      return true
    }

    /// At most as much as is kept: a command that writes without end is still seen to be late.
    private func readWhatIsThere() {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      for _ in 0..<(kept / buffer.count) {
        let count = Foundation.read(reading, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          if count == 0 { isOpen = false }
          return
        }
        data.append(contentsOf: buffer[0..<count])
        if data.count > 2 * kept { data = Data(data.suffix(kept)) }
      }
    }
  }
}

/// glibc's `posix_spawn_file_actions_addchdir_np`, which its header hides from Swift.
@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addChangeOfFolder(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ folder: UnsafePointer<CChar>
) -> Int32
