import Distillation
import HardwareProfiles
import Studies

/// The contents of `front.csv`: one row per fully distilled student, by the first objective's cost.
///
/// A pure function of the study's definition and training results: no times, no machine, no paths. All
/// cells are text already, so that every writer prints the same digits: accuracies are shares with 5
/// decimals, milliseconds and millijoules have 5 decimals, counts and bytes are whole. A cell is empty
/// where nothing is known.
///
/// With several devices the columns of what depends on one stand once for each, named as metrics are:
/// `latency_ms@small-board`. An objective over all of them has a column of its own.
struct FrontTable: Hashable, Sendable {
  /// What the cells of a column hold.
  enum Kind: Hashable, Sendable {
    case number
    case flag
    case text
  }

  struct Column: Hashable, Sendable {
    let name: String
    let kind: Kind
  }

  let columns: [Column]
  /// One row per student, one cell per column.
  let rows: [[String]]

  private static let leadingColumns: [Column] = [
    Column(name: "on_front", kind: .flag),
    Column(name: "key", kind: .text),
    Column(name: "trial", kind: .number),
    Column(name: "role", kind: .text),
    Column(name: "flash_accuracy", kind: .number),
    Column(name: "flash_fraction", kind: .number),
    Column(name: "validation_accuracy", kind: .number),
    Column(name: "validation_low", kind: .number),
    Column(name: "validation_high", kind: .number),
    Column(name: "validation_sd", kind: .number),
    Column(name: "test_accuracy", kind: .number),
    Column(name: "test_low", kind: .number),
    Column(name: "test_high", kind: .number),
    Column(name: "baseline_test_accuracy", kind: .number),
    Column(name: "distillation_gain", kind: .number),
  ]

  /// What depends on the device, as metrics and their standard errors are called.
  private static let deviceColumns = [
    "latency_ms", "latency_se_ms", "energy_mj", "energy_se_mj", "peak_memory_bytes", "weight_bytes",
  ]

  /// What only devices have whose profiles say the rules of their runtime.
  private static func deployedColumns(_ inputs: ReportInputs) -> [DeviceMetric] {
    let deployments = inputs.profiles.compactMap(\.deployment)
    return (deployments.contains { $0.arena != nil } ? [.arenaBytes] : [])
      + (deployments.contains { $0.flash != nil } ? [.flashBytes] : [])
  }

  /// The metrics of `deviceColumns`, and those that are the same on every device.
  private static let metricsOfAll: Set<CostMetric> = [
    .latencyMilliseconds, .energyMillijoules, .peakMemoryBytes, .weightBytes, .macs, .parameters,
  ]

  private static let trailingColumns: [Column] = [
    Column(name: "seeds", kind: .number),
    Column(name: "profile", kind: .text),
    Column(name: "protocol", kind: .text),
    Column(name: "architecture", kind: .text),
  ]

  init(_ inputs: ReportInputs) {
    let measurement = inputs.results.measurement
    columns =
      FrontTable.leadingColumns + FrontTable.costColumns(inputs) + FrontTable.trailingColumns
      + (measurement == nil ? [] : FrontTable.measuredColumns)
    rows = inputs.results.students.map { student in
      FrontTable.row(student, inputs)
        + (measurement.map { FrontTable.measuredCells(student, $0) } ?? [])
    }
  }

  /// The columns of what a student costs, trained or not.
  static func costColumns(_ inputs: ReportInputs) -> [Column] {
    let names = inputs.profiles.map(\.name)
    let suffixes = names.count > 1 ? names.map { "@\($0)" } : [""]
    let columns =
      worstCaseObjectives(inputs).map(\.description)
      + suffixes.flatMap { suffix in
        (deviceColumns + deployedColumns(inputs).map(\.description)).map { $0 + suffix }
      } + ["macs", "parameters"] + otherMetrics(inputs).map(\.description)
    return columns.map { Column(name: $0, kind: .number) }
  }

  /// Returns the cells of `costColumns`.
  static func costCells(_ costs: Costs, _ inputs: ReportInputs) -> [String] {
    worstCaseObjectives(inputs).map { (try? costs.value(of: $0))?.fixed(5) ?? "" }
      + costs.devices.flatMap { cells($0, deployedColumns(inputs)) }
      + [String(costs.macs), String(costs.parameters)]
      + otherMetrics(inputs).map { metric in
        guard let value = try? costs.value(of: metric) else { return "" }
        return Int(exactly: value).map(String.init) ?? value.fixed(5)
      }
  }

  /// What the study minimises or limits and has no column in every table, such as `working_set_bytes`.
  private static func otherMetrics(_ inputs: ReportInputs) -> [DeviceMetric] {
    let definition = inputs.definition
    let bounds = definition.constraints + definition.budgets.flatMap(\.constraints)
    let listed = worstCaseObjectives(inputs)
    let ofAll = metricsOfAll.union(deployedColumns(inputs).map(\.metric))
    return (definition.objectives + bounds.map(\.metric)).reduce(into: []) { others, metric in
      // On one device its name makes no difference.
      let metric = inputs.profiles.count > 1 ? metric : DeviceMetric(metric.metric)
      let isListed = ofAll.contains(metric.metric) || listed.contains(metric)
      if !isListed, !others.contains(metric) { others.append(metric) }
    }
  }

  /// The objectives that mean the worst of several devices.
  private static func worstCaseObjectives(_ inputs: ReportInputs) -> [DeviceMetric] {
    guard inputs.profiles.count > 1 else { return [] }
    return inputs.definition.objectives.filter { $0.metric.dependsOnDevice && $0.device == nil }
  }

  private static func cells(_ costs: DeviceCosts, _ deployed: [DeviceMetric]) -> [String] {
    func number(_ value: Double?) -> String { value?.fixed(5) ?? "" }
    return [
      number(costs.latencyMilliseconds), number(costs.latencyStandardErrorMilliseconds),
      number(costs.energyMillijoules), number(costs.energyStandardErrorMillijoules),
      String(costs.peakMemoryBytes), String(costs.weightBytes),
    ]
      + deployed.map { metric in
        let bytes = metric == .arenaBytes ? costs.arenaBytes : costs.flashBytes
        return bytes.map(String.init) ?? ""
      }
  }

  private static func row(_ student: StudyResults.Student, _ inputs: ReportInputs) -> [String] {
    func number(_ value: Double?) -> String { value?.fixed(5) ?? "" }
    let costs = student.costs
    let fraction =
      inputs.state.trials[student.trial].result?.fraction ?? inputs.definition.flash.fraction
    let (validation, test) = (student.validation.interval, student.test.interval)
    let leading = [
      String(student.isOnFront), student.key, String(student.trial), student.role.rawValue,
      number(student.flash.accuracy), number(fraction), number(student.validationAccuracy),
      number(validation?.lowerBound), number(validation?.upperBound),
      number(student.validation.deviation), number(student.testAccuracy),
      number(test?.lowerBound), number(test?.upperBound),
      number(student.baselineTest.meanAccuracy), number(student.distillationGain),
    ]
    let trailing = [
      String(student.validation.count),
      costs.devices.compactMap(\.profile).joined(separator: "; "),
      inputs.profiles.map(\.protocolDescription).joined(separator: "; "),
      inputs.words(student.key),
    ]
    return leading + costCells(costs, inputs) + trailing
  }
}
