import Foundation
import Processes
import Synchronization

/// What becomes of this process where somebody asks it to stop, with SIGTERM, SIGHUP or Ctrl-C (SIGINT).
///
/// By default it ends at once, with all programs that it runs, as it does at a second signal: whatever it writes
/// stays whole. Who has something to save says so with `stopAtNextSafeMoment`, and gets a few seconds.
enum Interruption {
  /// The signals that ask to stop.
  static let signals = [SIGINT, SIGTERM, SIGHUP]
  /// What a process gets that stops at its next safe moment; whoever waits for it should not wait for longer than
  /// five.
  private static let graceSeconds: UInt32 = 4

  /// What comes so soon after the first signal is the same wish: wrappers such as `timeout` send it to the process
  /// and to its group.
  private static let repetitionNanoseconds: Int64 = 500_000_000

  /// The first signal; 0 if there was none.
  private static let received = Atomic<Int32>(0)
  /// When it came.
  private static let receivedNanoseconds = Atomic<Int64>(0)
  private static let isPatient = Atomic<Bool>(false)

  /// Whether the process should stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// What a process ends with that was asked to stop, by the signal that asked.
  static var status: ExitStatus {
    ExitStatus(rawValue: 128 + received.load(ordering: .relaxed)) ?? .interrupted
  }

  /// Listens to signals from now on: each ends the process at once.
  static func install() {
    // What the handlers read must be there before them.
    _ = RunningGroups.all
    isPatient.store(false, ordering: .relaxed)
    received.store(0, ordering: .relaxed)
    receivedNanoseconds.store(0, ordering: .relaxed)
    for number in signals {
      // Under nohup this one stays ignored.
      let before = signal(number, take)
      if number == SIGHUP, isIgnored(before) { signal(number, SIG_IGN) }
    }
    signal(SIGALRM) { _ in
      Interruption.say(
        "autodistill: ended within something long; what is finished is kept, the same command continues\n"
      )
      Interruption.end(because: Interruption.received.load(ordering: .relaxed))
    }
  }

  /// From now on the first signal only sets `isRequested`; the process ends by itself within four seconds, or is
  /// ended. A second signal half a second later, or after that, ends it at once.
  static func stopAtNextSafeMoment() { isPatient.store(true, ordering: .relaxed) }

  private static let take: @convention(c) (Int32) -> Void = { number in
    let (isFirst, _) = Interruption.received.compareExchange(
      expected: 0, desired: number, ordering: .relaxed)
    guard Interruption.isPatient.load(ordering: .relaxed) else { Interruption.end(because: number) }
    let now = Interruption.nanoseconds
    if isFirst {
      Interruption.receivedNanoseconds.store(now, ordering: .relaxed)
      alarm(Interruption.graceSeconds)
      return
    }
    let first = Interruption.receivedNanoseconds.load(ordering: .relaxed)
    if first > 0 && now - first > Interruption.repetitionNanoseconds {
      Interruption.end(because: number)
    }
  }

  /// By a clock that nobody sets.
  private static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Ends the process now; called in a signal handler.
  private static func end(because number: Int32) -> Never {
    RunningGroups.all.kill()
    _exit(128 + number)
  }

  /// Writes to standard error, if that is possible at once; called in a signal handler.
  private static func say(_ text: StaticString) {
    var errors = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    guard poll(&errors, 1, 0) == 1 else { return }
    _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
