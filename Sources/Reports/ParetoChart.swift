import HardwareProfiles
import ParetoFronts
import Studies

/// The chart of a study: accuracy on the validation split against the first objective's cost.
///
/// Accuracies are in per cent, costs in the unit in which people read the metric.
struct ParetoChart: Sendable {
  /// A trial's flash accuracy.
  struct Flash: Sendable {
    let trial: Int
    let cost: Double
    /// One standard error of the predicted cost; 0 for what is exact.
    let costError: Double
    let accuracy: Double
    let tip: String
  }

  /// A fully distilled student.
  struct Student: Sendable {
    let trial: Int
    let cost: Double
    /// One standard error of the predicted cost; 0 for what is exact.
    let costError: Double
    let flash: Double
    let accuracy: Double
    let interval: ClosedRange<Double>
    /// Without the teacher.
    let baseline: Double?
    let isOnFront: Bool
    /// Whether it keeps the budget on the device, as far as it is measured.
    let keepsBudget: Bool
    let tip: String
  }

  /// A reference design that got the full training.
  struct Reference: Sendable {
    let name: String
    let cost: Double
    /// One standard error of the predicted cost; 0 for what is exact.
    let costError: Double
    let accuracy: Double
    let interval: ClosedRange<Double>
    let tip: String
  }

  /// A bound on the cost, and the constraint as text.
  struct Bound: Sendable {
    let value: Double
    let text: String
    /// Whether it holds for all students, and not for those of one budget.
    let isForAll: Bool
  }

  let name: String
  let metric: DeviceMetric
  /// What the costs' axis shows.
  let costTitle: String
  /// Those that the page shows one by one.
  let flash: [Flash]
  /// How many trials have a flash accuracy.
  let flashCount: Int
  /// By their cost, ascending.
  let students: [Student]
  /// By their cost, ascending.
  let references: [Reference]
  let teacher: (accuracy: Double, label: String)?
  /// The bounds on the metric, those of the study's constraints first, then those of its budgets.
  let bounds: [Bound]
  /// Costs of architectures that violate a constraint: the nearest ones if there are no others, and
  /// some random ones.
  let infeasible: [Double]
}

extension ParetoChart {
  init(_ inputs: ReportInputs) {
    let metric = inputs.definition.objectives[0]
    func cost(_ costs: Costs) -> Double { inputs.definition.firstCost(costs) / metric.unitSize }
    func error(_ costs: Costs) -> Double {
      ((try? costs.largest(metric).standardError) ?? 0) / metric.unitSize
    }
    func phrase(_ costs: Costs) -> String {
      (try? costs.largest(metric)).map { "\(metric.amount($0)) \(metric.title)" } ?? "–"
    }
    name = inputs.definition.name
    self.metric = metric
    costTitle =
      inputs.chartsMeasuredLatency
      ? "latency, measured (of flash trials\(inputs.results.references.isEmpty ? "" : " and reference designs"): predicted)"
      : metric.title
    let shown = inputs.trials.shown.map { inputs.state.trials[$0.trial] }
    flashCount = inputs.measuredTrials.count
    flash = shown.filter { $0.flashAccuracy != nil }.map { trial in
      let accuracy = trial.flashAccuracy ?? .nan
      return Flash(
        trial: trial.number, cost: cost(trial.costs), costError: error(trial.costs),
        accuracy: 100 * accuracy,
        tip: "Trial \(trial.number): flash accuracy \(accuracy.percentage)"
          + (trial.result?.fraction.map { " (\($0.percent(1)) % of the images)" } ?? "") + ", "
          + "\(phrase(trial.costs)); \(inputs.words(trial.key))")
    }
    students = inputs.results.students.map { student in
      let accuracy = student.validationAccuracy
      let interval = student.validation.interval ?? accuracy...accuracy
      let baseline = student.baselineValidation.meanAccuracy
      return Student(
        trial: student.trial, cost: cost(student.frontCosts), costError: error(student.frontCosts),
        flash: 100 * student.flash.accuracy, accuracy: 100 * accuracy,
        interval: 100 * interval.lowerBound...100 * interval.upperBound,
        baseline: baseline.isFinite ? 100 * baseline : nil, isOnFront: student.isOnFront,
        keepsBudget: student.keepsLimits,
        tip:
          "Trial \(student.trial), fully distilled\(student.role == .audited ? " for the audit" : ""): "
          + "validation accuracy \(accuracy.percentage) "
          + "(95 % interval \(interval.percentage)), \(inputs.costPhrase(student)); "
          + inputs.words(student.key))
    }
    references = inputs.results.references.map { reference in
      let accuracy = reference.validationAccuracy
      let interval = reference.validation.interval ?? accuracy...accuracy
      return Reference(
        name: reference.name, cost: cost(reference.costs), costError: error(reference.costs),
        accuracy: 100 * accuracy,
        interval: 100 * interval.lowerBound...100 * interval.upperBound,
        tip: "Reference design \(reference.name): validation accuracy \(accuracy.percentage) "
          + "(95 % interval \(interval.percentage)), \(phrase(reference.costs)); "
          + inputs.words(reference.key))
    }
    teacher = inputs.state.teacher.map { teacher in
      let accuracy = teacher.validation.accuracy
      let size = teacher.macs.map { ", \(DeviceMetric.macs.phrase(Double($0)))" } ?? ""
      return (100 * accuracy, "teacher \(accuracy.percentage)\(size)")
    }
    func bounds(_ constraints: [Constraint], isForAll: Bool) -> [Bound] {
      constraints.filter { $0.metric == metric }.map {
        Bound(value: $0.bound / metric.unitSize, text: $0.description, isForAll: isForAll)
      }
    }
    self.bounds =
      bounds(inputs.definition.constraints, isForAll: true)
      + bounds(inputs.definition.budgets.flatMap(\.constraints), isForAll: false)
    infeasible =
      (inputs.state.nothingFeasible?.leastInfeasible ?? []).map { cost($0.costs) }
      + (inputs.state.screened?.infeasibleCosts ?? []).map { $0 / metric.unitSize }
  }

  /// Costs may lie this factor outside of what trials cost and still widen the axis.
  private static let reach = 2.0
  /// Costs that span more than this factor get a logarithmic axis.
  private static let logarithmicAbove = 4.0

  /// The horizontal scale: all trials and students, and of the rest what is not far from them.
  var costScale: AxisScale {
    var values = flash.map(\.cost) + students.map(\.cost) + references.map(\.cost)
    let others = bounds.map(\.value) + infeasible
    if let low = values.min(), let high = values.max() {
      values += others.filter { (low / ParetoChart.reach...high * ParetoChart.reach).contains($0) }
    } else {
      values = others
    }
    // Costs that hardly differ are not spread over the whole axis.
    let minimumSpan = 0.2 * (values.max() ?? 0)
    return AxisScale(
      covering: values, logarithmicAbove: ParetoChart.logarithmicAbove, minimumSpan: minimumSpan,
      limits: 0...Double.infinity)
  }

  /// The vertical scale: everything but flash accuracies that would flatten all the rest.
  var accuracyScale: AxisScale {
    let core =
      students.flatMap { [$0.accuracy, $0.interval.lowerBound, $0.interval.upperBound] }
      + references.flatMap { [$0.accuracy, $0.interval.lowerBound, $0.interval.upperBound] }
      + students.compactMap(\.baseline) + (teacher.map { [$0.accuracy] } ?? [])
    if core.isEmpty && flash.isEmpty { return AxisScale(covering: [0, 100], limits: 0...100) }
    let sorted = flash.map(\.accuracy).sorted()
    let top = (core + sorted).max() ?? 100
    let median = sorted.isEmpty ? top : sorted[sorted.count / 2]
    let span = max(top - median, top - (core.min() ?? top), 1)
    return AxisScale(
      covering: core + sorted.filter { $0 >= top - 3 * span }, minimumSpan: 3, limits: 0...100)
  }

  /// The corners of the front as a staircase in the two drawn objectives: what the students reach at
  /// every cost. Students may be on the front for a third objective and lie below it.
  var staircase: [(cost: Double, accuracy: Double)] {
    let eligible = students.filter(\.keepsBudget)
    let points = eligible.map { [$0.accuracy, -$0.cost] }
    let front = nonDominatedIndices(of: points).map { eligible[$0] }
    var corners: [(cost: Double, accuracy: Double)] = []
    for student in front.sorted(by: { $0.cost < $1.cost }) {
      if let last = corners.last { corners.append((student.cost, last.accuracy)) }
      corners.append((student.cost, student.accuracy))
    }
    return corners
  }

  /// The chart in words.
  var description: String {
    let spread = students.map {
      "trial \($0.trial): \($0.accuracy.fixed(2)) % at \($0.cost.brief) \(metric.unit)"
        + ($0.isOnFront ? ", on the front" : "")
    }
    return "Validation accuracy against \(costTitle) (\(metric.unit)). "
      + "\(counted(flashCount, "flash trial"))"
      + (flash.count < flashCount ? ", of which \(flash.count) are drawn, " : ", ")
      + "\(counted(students.count, "fully distilled student"))"
      + (spread.isEmpty ? ". " : ": " + spread.joined(separator: "; ") + ". ")
      + (references.isEmpty
        ? ""
        : "\(counted(references.count, "reference design")): "
          + references.map {
            "\($0.name): \($0.accuracy.fixed(2)) % at \($0.cost.brief) \(metric.unit)"
          }.joined(separator: "; ") + ". ")
      + (teacher.map { "\($0.label)." } ?? "")
  }
}
