import Benchmarks
import FileFormats
import Foundation
import NeuralNetworks

extension TrainingMeasurement {
  static let heading =
    "training      MACs   images/s    ms/step    GFLOP/s   of peak  roofline     peak MiB   arena MiB"

  /// Returns a row under `heading` and a line with the shares of the kernels.
  func lines(_ peak: MachinePeaks.Rates) -> String {
    let all = kernelMilliseconds.values.reduce(0, +)
    let shares = kernelMilliseconds.filter { $0.value > 0.005 * all }
      .sorted { $0.value > $1.value }
      .map { "\($0.key.rawValue) " + String(format: "%.0f %%", 100 * $0.value / all) }
    return row(
      network,
      String(
        format: "%10d %10.0f %10.3f %10.1f %7.1f %% %7.1f %% %12.1f %11.1f", cost.macs,
        imagesPerSecond, 1000 * meanSeconds, gflops, 100 * gflops / peak.gflops,
        100 * shareOfRoofline(peak),
        Double(peakMemoryBytes) / 1_048_576, Double(arenaBytes) / 1_048_576))
      + ([shares.joined(separator: ", ")] + comparisons).map { "\n        " + $0 }.joined()
  }

  func json(_ peak: MachinePeaks.Rates) -> String {
    let kernels = KernelKind.allCases.map {
      ($0.rawValue, number(kernelMilliseconds[$0] ?? 0))
    }
    return object(
      [
        ("measurement", "\"training\""), ("network", "\"\(network)\""), ("macs", "\(cost.macs)"),
        ("parameters", "\(cost.parameters)"), ("batch", "\(batch)"), ("threads", "\(threads)"),
        ("steps", "\(steps)"), ("images_per_second", number(imagesPerSecond)),
        ("milliseconds_per_step", number(1000 * meanSeconds)),
        ("milliseconds_per_step_median", number(1000 * medianSeconds)),
        ("gflops", number(gflops)), ("peak_gflops", number(peak.gflops)),
        ("share_of_peak", number(gflops / peak.gflops)),
        ("share_of_roofline", number(shareOfRoofline(peak))),
        ("least_bytes_per_step", "\(cost.bytes(batch: batch))"),
        ("bandwidth_gigabytes_per_second", number(peak.gigabytesPerSecond)),
        ("peak_memory_bytes", "\(peakMemoryBytes)"), ("arena_bytes", "\(arenaBytes)"),
        ("kernels", object(kernels)),
      ] + (comparisons.isEmpty ? [] : [("comparisons", list(comparisons))]))
  }
}

extension InferenceMeasurement {
  static let heading =
    "inference     MACs  median µs      95 %    minimum    GFLOP/s   of peak"

  /// Returns a row under `heading`.
  func line(_ peak: MachinePeaks.Rates) -> String {
    row(
      network,
      String(
        format: "%10d %10.1f %9.1f %10.1f %10.1f %7.1f %%", macs, medianMicroseconds,
        p95Microseconds,
        minimumMicroseconds, gflops,
        100 * gflops / peak.gflops))
  }

  func json(_ peak: MachinePeaks.Rates) -> String {
    object([
      ("measurement", "\"inference\""), ("network", "\"\(network)\""),
      ("precision", "\"\(precision.rawValue)\""), ("macs", "\(macs)"),
      ("batch", "1"), ("threads", "1"), ("latency_us_median", number(medianMicroseconds)),
      ("latency_us_p95", number(p95Microseconds)),
      ("latency_us_minimum", number(minimumMicroseconds)),
      ("gflops", number(gflops)), ("peak_gflops", number(peak.gflops)),
      ("share_of_peak", number(gflops / peak.gflops)),
    ])
  }
}

extension AccuracyMeasurement {
  static let heading = "accuracy  epochs   mean %   deviation   by seed"

  /// Returns a row under `heading`.
  func line() -> String {
    network.padding(toLength: 8, withPad: " ", startingAt: 0)
      + String(format: "%8d %8.2f   ", epochs, 100 * mean)
      + text(deviation).padding(toLength: 12, withPad: " ", startingAt: 0)
      + accuracies.map { text($0) }.joined(separator: "  ")
  }

  func json() -> String {
    let deviation = deviation.map { String(format: "%.6g", $0) } ?? "null"
    return #"{"measurement": "accuracy", "network": "\#(network)", "epochs": \#(epochs), "#
      + #""accuracies": \#(accuracies), "accuracy_mean": \#(String(format: "%.6g", mean)), "#
      + #""accuracy_deviation": \#(deviation)}"#
  }

  private func text(_ share: Double?) -> String {
    share.map { String(format: "%.2f", 100 * $0) } ?? "–"
  }
}

extension ProposalMeasurement {
  static let heading =
    "space            trials   resumed   median     mean  slowest ms   peak MiB"

  func line() -> String {
    space.padding(toLength: max(space.count, 16), withPad: " ", startingAt: 0)
      + String(
        format: " %6d %9.1f %8.1f %8.1f %11.1f %10.0f", trials, 1000 * resumedSeconds,
        1000 * medianSeconds, 1000 * meanSeconds, 1000 * slowestSeconds,
        Double(peakMemoryBytes) / 1_048_576)
  }

  func json() -> String {
    "{\"measurement\": \"proposals\", \"space\": \"\(space)\", \"trials\": \(trials), "
      + String(
        format: "\"resumed_ms\": %.3f, \"median_ms\": %.3f, \"mean_ms\": %.3f, "
          + "\"slowest_ms\": %.3f, \"peak_memory_bytes\": %ld}", 1000 * resumedSeconds,
        1000 * medianSeconds, 1000 * meanSeconds, 1000 * slowestSeconds, peakMemoryBytes)
  }
}

/// A network's name, and figures behind it.
private func row(_ name: String, _ figures: String) -> String {
  name.padding(toLength: 8, withPad: " ", startingAt: 0) + figures
}

/// A JSON number of six digits.
private func number(_ value: Double) -> String {
  value.isFinite ? String(format: "%.6g", value) : "null"
}

/// A JSON array of texts on one line.
private func list(_ texts: [String]) -> String {
  "[" + texts.map { JSONText.text($0).formatted }.joined(separator: ", ") + "]"
}

/// A JSON object on one line; the values are JSON already.
private func object(_ members: [(name: String, value: String)]) -> String {
  "{" + members.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}"
}
