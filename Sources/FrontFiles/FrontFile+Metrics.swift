import Comparisons
import Statistics

/// A number of a student, with its standard error where it is predicted.
public struct FrontValue: Hashable, Sendable {
  public var value: Double
  /// 0 for what is exact.
  public var standardError: Double
}

extension FrontFile {
  /// What the validation and the test accuracy are called in requirements.
  public static func split(of metric: String) -> FrontSplit? {
    switch metric {
    case "accuracy", "validation_accuracy": .validation
    case "test_accuracy": .test
    default: nil
    }
  }

  /// The metrics that students have a number of, sorted.
  public var knownMetrics: [String] {
    let names = students.reduce(into: Set(["accuracy"])) { $0.formUnion($1.numbers.keys) }
    return names.subtracting(["trial"]).sorted()
  }

  /// Those of them that are costs, which are the better the smaller they are.
  public var knownCosts: [String] { knownMetrics.filter(FrontFile.isCost) }

  /// Whether a metric is a cost, by its name: one of a network's counts, or one with the unit of a cost.
  static func isCost(_ metric: String) -> Bool {
    let name = parts(of: metric)[0]
    return ["macs", "flops", "parameters", "missing_operators"].contains(name)
      || (["_ms", "_mj", "_bytes"].contains(where: name.hasSuffix) && !name.contains("_se_"))
  }

  /// Returns a student's number; nil where it is not known.
  ///
  /// A latency is the measured one where the front is made of measured ones. A cost that names none of several devices
  /// is the largest over them, and `flops` are twice the MACs.
  public func value(of metric: String, _ student: FrontStudent) -> FrontValue? {
    let numbers = student.numbers
    if hasMeasuredFront, hardware.count < 2, FrontFile.parts(of: metric)[0] == "latency_ms",
      let measured = numbers["measured_latency_ms"]
    {
      return FrontValue(value: measured, standardError: numbers["measured_latency_se_ms"] ?? 0)
    }
    if metric == "accuracy" {
      return FrontValue(value: student.validation.mean, standardError: 0)
    }
    if metric == "flops", let macs = numbers["macs"] {
      return FrontValue(value: 2 * macs, standardError: 0)
    }
    if let value = numbers[metric] {
      // An error of a column is named for it: latency_se_ms@board of latency_ms@board.
      return FrontValue(value: value, standardError: numbers[Self.errorName(of: metric)] ?? 0)
    }
    let parts = FrontFile.parts(of: metric)
    if parts.count == 2, hardware.count < 2 {
      // On one device its name makes no difference, but another's does.
      guard hardware.first?.profile == parts[1] else { return nil }
      return value(of: parts[0], student)
    }
    let devices = hardware.compactMap { device in
      numbers["\(metric)@\(device.profile)"].map { value in
        FrontValue(
          value: value,
          standardError: numbers[Self.errorName(of: "\(metric)@\(device.profile)")] ?? 0)
      }
    }
    return devices.count == hardware.count ? devices.max { $0.value < $1.value } : nil
  }

  /// The metric, and the device behind an @ where it names one; whatever the text, there is a first part.
  static func parts(of metric: String) -> [String] {
    metric.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  }

  /// `latency_se_ms@board` for `latency_ms@board`.
  private static func errorName(of metric: String) -> String {
    let parts = parts(of: metric)
    guard let unit = parts[0].lastIndex(of: "_") else { return "" }
    let name = parts[0][..<unit] + "_se" + parts[0][unit...]
    return parts.count == 2 ? "\(name)@\(parts[1])" : String(name)
  }

  /// Returns whether a student keeps a bound: a predicted cost with at least the confidence. Nil where the number is not
  /// known.
  public func keeps(
    _ bound: MetricBound, _ student: FrontStudent, confidence: Double
  ) -> Bool? {
    guard let value = value(of: bound.metric, student) else { return nil }
    let compared = bound.compared(value, confidence: confidence)
    return bound.relation == .atMost ? compared <= bound.bound : compared >= bound.bound
  }
}

extension MetricBound {
  /// Returns what is compared with the bound: the value's quantile at the confidence, the upper one for a ceiling.
  public func compared(_ value: FrontValue, confidence: Double) -> Double {
    guard value.standardError > 0, confidence > 0.5 else { return value.value }
    let margin = NormalDistribution.quantile(confidence) * value.standardError
    return relation == .atMost ? value.value + margin : value.value - margin
  }
}
