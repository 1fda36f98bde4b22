import Synchronization

/// What a run has taken so far.
public final class RunMeter: Sendable {
  private let began = SuspendingClock.now
  private let processorSecondsBefore = ProcessorTime.seconds
  /// The processor time of what executed tasks.
  private let executors = Mutex(0.0)

  /// Begins to measure.
  public init() {}

  /// Wall-clock time since the meter was made, by a clock that nobody sets and that stands still while the machine
  /// sleeps.
  public var seconds: Double { began.duration(to: .now) / .seconds(1) }

  /// The processor time of this process since then and of the run's executors.
  public var processorSeconds: Double {
    ProcessorTime.seconds - processorSecondsBefore + executors.withLock { $0 }
  }

  /// Takes in processor time of an executor that was not told before.
  func add(processorSeconds: Double) { executors.withLock { $0 += processorSeconds } }
}
