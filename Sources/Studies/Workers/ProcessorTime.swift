import Foundation

/// The processor time of this process.
enum ProcessorTime {
  /// What all its threads together have taken since it was started, in seconds.
  static var seconds: Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
