import Foundation

/// The processor time of this process.
enum ProcessorTime {
  /// What all its threads together have taken since it was started, in seconds.
  static var seconds: Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

  /// What the calling thread has taken, in seconds.
  static var ofThread: Double { seconds(of: CLOCK_THREAD_CPUTIME_ID) }

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
