import Foundation

/// The memory of this process, as Linux counts it.
package enum ProcessMemory {
  /// The most that was resident at once since the start or the last `resetPeak`, shared libraries and
  /// mapped files included; 0 where the system does not tell.
  package static var peakBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return kilobytes.flatMap { Int($0) }.map { 1024 * $0 } ?? 0
  }

  /// Lets the peak begin anew from what is resident now.
  ///
  /// Where the system refuses, the peak of what was measured before stays.
  package static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }
}
