/// When a training writes its next checkpoint: some time after the last one, and so late that writing takes a small
/// share of the time.
package struct CheckpointPace {
  /// The shortest time from one checkpoint to the next.
  package static let usualPause = Duration.seconds(10)
  /// From one checkpoint to the next passes at least this many times what writing one has taken.
  static let restraint = 100

  /// A clock that nobody sets, and that stands still while the machine sleeps.
  private let clock = SuspendingClock()
  private let shortestPause: Duration
  private var next: SuspendingClock.Instant

  package init(shortestPause: Duration = CheckpointPace.usualPause) {
    self.shortestPause = shortestPause
    next = clock.now + shortestPause
  }

  /// Whether it is time to write one.
  package var isDue: Bool { clock.now >= next }

  /// Writes one, and sees how long that takes.
  package mutating func write(_ body: () throws -> Void) rethrows {
    let began = clock.now
    try body()
    let end = clock.now
    next = end + max(shortestPause, began.duration(to: end) * CheckpointPace.restraint)
  }
}
