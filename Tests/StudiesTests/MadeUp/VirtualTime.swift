import Synchronization

@testable import Studies

/// Time that passes when a test says so.
final class VirtualTime: Sendable {
  private let begin = ContinuousClock.now
  private let passed = Mutex(0.0)

  var seconds: Double { passed.withLock { $0 } }

  func pass(_ seconds: Double) { passed.withLock { $0 += seconds } }

  /// Returns the clock of a machine.
  ///
  /// - Parameter offsetSeconds: How far it is ahead of the others.
  func clock(offsetSeconds: Double = 0) -> SteadyClock {
    SteadyClock { [self] in begin + .seconds(offsetSeconds + seconds) }
  }
}
