import Distillation
import HardwareProfiles
import Studies

/// The contents of `front.csv`: one row per fully distilled student, by the first objective's cost.
///
/// A pure function of the study's definition and training results: no times, no machine, no paths. All
/// cells are text already, so that every writer prints the same digits: accuracies are shares with 5
/// decimals, milliseconds and millijoules have 5 decimals, counts and bytes are whole. A cell is empty
/// where nothing is known.
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

  /// One row per student, one cell per column.
  let rows: [[String]]

  static let columns: [Column] = [
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
    Column(name: "latency_ms", kind: .number),
    Column(name: "latency_se_ms", kind: .number),
    Column(name: "energy_mj", kind: .number),
    Column(name: "peak_memory_bytes", kind: .number),
    Column(name: "weight_bytes", kind: .number),
    Column(name: "macs", kind: .number),
    Column(name: "parameters", kind: .number),
    Column(name: "seeds", kind: .number),
    Column(name: "profile", kind: .text),
    Column(name: "protocol", kind: .text),
    Column(name: "architecture", kind: .text),
  ]

  init(_ inputs: ReportInputs) {
    rows = inputs.results.students.map { FrontTable.row($0, inputs) }
  }

  private static func row(_ student: StudyResults.Student, _ inputs: ReportInputs) -> [String] {
    func number(_ value: Double?) -> String { value?.fixed(5) ?? "" }
    let costs = student.costs
    let fraction =
      inputs.state.trials[student.trial].result?.fraction ?? inputs.definition.flash.fraction
    let (validation, test) = (student.validation.interval, student.test.interval)
    return [
      String(student.isOnFront), student.key, String(student.trial), student.role.rawValue,
      number(student.flash.accuracy), number(fraction), number(student.validationAccuracy),
      number(validation?.lowerBound), number(validation?.upperBound),
      number(student.validation.deviation), number(student.testAccuracy),
      number(test?.lowerBound), number(test?.upperBound),
      number(student.baselineTest.meanAccuracy), number(student.distillationGain),
      number(costs.latencyMilliseconds), number(costs.latencyStandardErrorMilliseconds),
      number(costs.energyMillijoules), String(costs.peakMemoryBytes), String(costs.weightBytes),
      String(costs.macs), String(costs.parameters), String(student.validation.count),
      costs.profile ?? "", inputs.profile?.protocolDescription ?? "", inputs.words(student.key),
    ]
  }
}
