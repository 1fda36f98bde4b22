import BayesianOptimization
import Foundation
import HardwareProfiles
import RandomStreams
import SearchSpaces

// What the study asks for, as what the search is for. `replay` builds its objective from a table's question
// by the same initialiser of `SearchObjective`.

extension StudentPricing {
  /// Students drawn at random that stand for the space, the same each time.
  var sample: [Architecture] {
    var stream = RandomStream(seed: inputs.definition.seed, purpose: "screening")
    return (0..<400).map { _ in inputs.space.randomArchitecture(using: &stream) }
  }

  /// Returns what the search is for.
  ///
  /// - Parameter teacher: Nil before it is trained: then there is no floor of the accuracy.
  func objective(teacher: JournalEvent.TeacherReady?) -> SearchObjective {
    let definition = inputs.definition
    return SearchObjective(
      floor: teacher.map { floor(teacher: $0) }, requiredValue: definition.accuracyFloor,
      asking: definition.objectives.map(asked),
      budgetCount: definition.askedBudgets.count, asksForFront: definition.asksForFront)
  }

  /// Returns the accuracy that makes a student worth anything: the study's own, or else half-way, on a
  /// logarithmic scale of errors, between the teacher and naming the same class for every image.
  func floor(teacher: JournalEvent.TeacherReady) -> Double {
    if let floor = inputs.definition.accuracyFloor { return floor }
    let teacherError = max(1e-4, 1 - teacher.validation.accuracy)
    let trivialError = 1 - 1 / Double(inputs.dataset.classes)
    return 1 - (teacherError * max(teacherError, trivialError)).squareRoot()
  }

  private func asked(_ metric: DeviceMetric) -> SearchObjective.AskedCost {
    func bounds(_ constraints: [Constraint]) -> [Double] {
      constraints.filter {
        $0.relation == .atMost
          && $0.metric.isSame(as: metric, deviceCount: inputs.profiles.count)
      }.map(\.bound)
    }
    let definition = inputs.definition
    let own = bounds(definition.constraints).min()
    let budgets = definition.budgets.map { bounds($0.constraints).min() }
    let isBounded = own != nil || !budgets.isEmpty && budgets.allSatisfy { $0 != nil }
    let all = budgets.compactMap { $0 } + [own].compactMap { $0 }
    return SearchObjective.AskedCost(
      bounds: own.map { limit in all.map { min($0, limit) } } ?? all, isBounded: isBounded,
      largest: isBounded ? nil : largest(metric))
  }

  /// Returns a cost a tenth of their range, by factors, beyond the largest of the sampled students that keep
  /// the constraints, or of all of them if only few do: the costliest of them still counts.
  private func largest(_ metric: DeviceMetric) -> Double? {
    let priced = sample.compactMap { costs(of: $0) }
    let allowed = priced.filter { violation($0) == 0 }
    let logarithms = (allowed.count < StudentPricing.fewAllowed ? priced : allowed)
      .map { log(max(inputs.definition.cost(metric, $0), 1e-12)) }.filter(\.isFinite)
    guard let low = logarithms.min(), let high = logarithms.max() else { return nil }
    return exp(high + 0.1 * (high > low ? high - low : 1))
  }

  /// Of fewer sampled students the largest cost says little.
  private static let fewAllowed = 30
}
