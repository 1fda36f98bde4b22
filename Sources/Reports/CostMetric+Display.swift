import HardwareProfiles

extension CostMetric {
  /// What axes and sentences call the metric.
  var title: String {
    switch self {
    case .latencyMilliseconds: "predicted latency"
    case .energyMillijoules: "predicted energy"
    case .peakMemoryBytes: "peak memory"
    case .weightBytes: "weights"
    case .workingSetBytes: "largest working set"
    case .arenaBytes: "arena"
    case .flashBytes: "flash"
    case .missingOperators: "operators that the device lacks"
    case .macs: "MACs"
    case .parameters: "parameters"
    case .flops: "FLOPs"
    }
  }

  /// The unit in which people read the metric.
  var unit: String {
    switch self {
    case .latencyMilliseconds: "ms"
    case .energyMillijoules: "mJ"
    case .peakMemoryBytes, .weightBytes, .workingSetBytes, .arenaBytes, .flashBytes: "KiB"
    case .missingOperators: "uses"
    case .macs, .flops: "million"
    case .parameters: "thousand"
    }
  }

  /// How many of the metric's own units make one of `unit`.
  var unitSize: Double {
    switch self {
    case .latencyMilliseconds, .energyMillijoules, .missingOperators: 1
    case .peakMemoryBytes, .weightBytes, .workingSetBytes, .arenaBytes, .flashBytes: 1024
    case .macs, .flops: 1e6
    case .parameters: 1e3
    }
  }
}

extension DeviceMetric {
  /// What axes and sentences call the metric: `predicted latency on raspberry-pi-4`.
  var title: String { metric.title + (device.map { " on \($0)" } ?? "") }

  /// The unit in which people read the metric.
  var unit: String { metric.unit }

  /// How many of the metric's own units make one of `unit`.
  var unitSize: Double { metric.unitSize }

  /// The title with the unit, as over a table's column: `predicted latency (ms)`.
  var heading: String { "\(title) (\(unit))" }

  /// Returns a value in `unit`, without naming it: `3.21`.
  func text(_ value: Double?) -> String { value.map { ($0 / unitSize).brief } ?? "–" }

  /// Returns a value in `unit` with its standard error, where it has one: `3.21 ± 0.412`.
  func text(_ cost: CostValue?) -> String {
    guard let cost else { return "–" }
    return text(cost.value) + (cost.standardError > 0 ? " ± \(text(cost.standardError))" : "")
  }

  /// Returns a value as a sentence has it: `3.21 ms predicted latency`.
  func phrase(_ value: Double) -> String { "\(text(value)) \(unit) \(title)" }

  /// Returns a value with its unit and its standard error, where it has one: `3.21 ± 0.412 ms`.
  func amount(_ cost: CostValue) -> String { "\(text(cost)) \(unit)" }
}
