/// A clock that nobody sets and that never goes back.
///
/// It is this machine's own: what it says may be compared with what it said before, and with nothing that another
/// machine says, nor with the times of files, which are by the clock of whoever wrote them or of a file server.
struct SteadyClock: Sendable {
  private let read: @Sendable () -> ContinuousClock.Instant

  /// - Parameter read: Says what time it is; never earlier than before.
  init(_ read: @escaping @Sendable () -> ContinuousClock.Instant) { self.read = read }

  /// The machine's.
  static let machine = SteadyClock { .now }

  var now: ContinuousClock.Instant { read() }
}

/// The time in which somebody has looked for news.
///
/// Between two looks a few seconds count at most. Where a process was stopped, its machine slept or a file system
/// hung, the clock went on and nobody looked: what came meanwhile may still be on its way, so that all of this time
/// says nothing about the others.
struct AttendedTime: Sendable {
  /// What counts at most between two looks. Somebody who looks at all does so more often.
  static let longestGapSeconds = 10.0

  private(set) var seconds = 0.0
  private var last: ContinuousClock.Instant?

  /// Counts a look.
  mutating func look(at now: ContinuousClock.Instant) {
    if let last {
      seconds += min(AttendedTime.longestGapSeconds, max(0, last.duration(to: now) / .seconds(1)))
    }
    last = now
  }
}
