import Comparisons
import ParetoFronts
import RandomStreams

/// Compares one study with another, before p-values are corrected.
struct PairComparison {
  let before: FrontFile
  let after: FrontFile
  let rule: ChangeRule
  /// The costs that fronts are made of, as both studies know them.
  let metrics: [String]
  /// The budgets to compare; those of which a number is not known are in `unknownBudgets`.
  let budgets: [Budget]
  let split: FrontSplit
  let hasMixedLatencies: Bool

  /// Bounds with a name.
  struct Budget: Hashable {
    var name: String
    var bounds: [MetricBound]
    var confidence: Double
    /// What each study says itself: the trial of its winner.
    var trials: [Int?]
  }

  init(
    _ before: FrontFile, _ after: FrontFile, _ rule: ChangeRule, cost: String?
  ) throws(ComparisonRefusal) {
    for file in [before, after] where file.students.isEmpty {
      throw .noStudents(file: file.subject)
    }
    let (before, after, isMixed) = FrontFile.comparable(before, after)
    hasMixedLatencies = isMixed
    let hasTest = (before.students + after.students).allSatisfy { $0.test != nil }
    split = hasTest ? .test : .validation
    try before.requireSameImages(as: after, split)
    if !hasTest && before.hasUnlikeTrials(after) {
      throw .unlikeTrials(before: before.trialCount ?? 0, after: after.trialCount ?? 0)
    }
    (self.before, self.after, self.rule) = (before, after, rule)
    metrics = try PairComparison.metrics(before, after, cost: cost)
    let asked = cost == nil ? PairComparison.askedBudgets(before, after) : []
    budgets =
      asked.isEmpty ? PairComparison.levels(before, after, of: metrics[0]) : asked
    for metric in metrics + budgets.flatMap(\.bounds).map(\.metric) {
      try before.requireSameProtocol(as: after, for: metric)
    }
  }
}

extension PairComparison {
  /// Returns the comparison.
  func pair() -> StudyComparison.Pair {
    let changes = budgets.map { ($0.name, change($0)) }
    return StudyComparison.Pair(
      after: after, split: split, differences: QuestionDifference.all(before, after),
      budgets: changes.compactMap(\.1), hypervolume: hypervolume, students: students,
      noise: (before.noise(on: split), after.noise(on: split)),
      unknownBudgets: changes.filter { $0.1 == nil }.map(\.0),
      hasMixedLatencies: hasMixedLatencies)
  }

  /// Returns what a budget gets; nil where it is not known who keeps it.
  private func change(_ budget: Budget) -> BudgetChange? {
    // Without students it is not known among which the winner was chosen.
    typealias Side = (students: [FrontStudent], winner: FrontStudent?)
    func side(_ file: FrontFile, _ trial: Int?) -> Side? {
      if let students = file.keeping(budget.bounds, confidence: budget.confidence) {
        return (students, file.winner(students))
      }
      guard let trial, let winner = file.students.first(where: { $0.trial == trial }) else {
        return nil
      }
      return ([], winner)
    }
    guard let first = side(before, budget.trials[0]), let second = side(after, budget.trials[1])
    else { return nil }
    let (difference, threshold) = difference(first.winner, second.winner)
    func stability(_ side: Side) -> SelectionStability? {
      SelectionStability(of: side.students.map(\.validation))
    }
    func place(_ side: Side) -> Int? { side.students.firstIndex { $0 == side.winner } }
    return BudgetChange(
      name: budget.name, bounds: budget.bounds, confidence: budget.confidence,
      before: first.winner, after: second.winner, difference: difference, threshold: threshold,
      stability: (stability(first), stability(second)), places: (place(first), place(second)))
  }

  /// Returns by how much the later study's student is more accurate, and the least difference that counts.
  private func difference(
    _ first: FrontStudent?, _ second: FrontStudent?
  ) -> (AccuracyDifference?, threshold: Double) {
    guard let a = first?.accuracy(on: split), let b = second?.accuracy(on: split) else {
      return (nil, rule.floor)
    }
    return rule.change(from: (a, before.noise(on: split)), to: (b, after.noise(on: split)))
  }

  private var students: [StudentChange] {
    let standings = [before, after].map {
      $0.standings(metrics, confidence: rule.confidence)
    }
    func change(_ first: FrontStudent?, _ second: FrontStudent?) -> StudentChange {
      let (difference, threshold) = difference(first, second)
      return StudentChange(
        before: first, after: second, difference: difference, threshold: threshold,
        standing: (
          first.flatMap { standings[0][$0.key] }, second.flatMap { standings[1][$0.key] }
        ))
    }
    let earlier = Dictionary(before.students.map { ($0.key, $0) }) { first, _ in first }
    let later = Dictionary(after.students.map { ($0.key, $0) }) { first, _ in first }
    return before.students.compactMap { student in
      later[student.key].map { change(student, $0) }
    } + after.students.filter { earlier[$0.key] == nil }.map { change(nil, $0) }
      + before.students.filter { later[$0.key] == nil }.map { change($0, nil) }
  }

  /// From the smallest budget on a cost, or nothing, to the limit that both studies set on it, or a tenth above the
  /// dearest student; from a point of accuracy below the weakest of the students that count: those that a study, choosing by
  /// validation accuracy, has for some budget in between.
  private var hypervolume: StudyComparison.Hypervolume {
    let files = [before, after]
    let dearest = metrics.map { metric in
      files.flatMap { file in file.eligible.compactMap { file.value(of: metric, $0)?.value } }.max()
    }
    let ends = metrics.indices.map { commonLimit(metrics[$0]) ?? 1.1 * (dearest[$0] ?? 1) }
    let starts = metrics.indices.map { index in
      smallestBudget(metrics[index]).map { $0 < ends[index] ? $0 : 0 } ?? 0
    }
    let chosen = files.map { self.chosen($0, from: starts) }
    let accuracy = max(0, (chosen.flatMap(\.self).map(\.accuracy.mean).min() ?? 0) - 0.01)
    var random = RandomStream(seed: 1, purpose: "hypervolume")
    return StudyComparison.Hypervolume(
      metrics: metrics, referenceAccuracy: accuracy, firstCosts: starts, referenceCosts: ends,
      difference: HypervolumeDifference(
        before: chosen[0], after: chosen[1], accuracy: accuracy,
        costs: zip(starts, ends).map { $1 - $0 }, confidence: rule.confidence, using: &random))
  }

  /// Returns the students that a study has for budgets from `starts` on, their costs beyond that.
  private func chosen(_ file: FrontFile, from starts: [Double]) -> [Candidate] {
    let students = file.eligible.compactMap { student -> (validation: Double, on: Candidate)? in
      let costs = metrics.compactMap { file.value(of: $0, student)?.value }
      guard costs.count == metrics.count, let accuracy = student.accuracy(on: split) else {
        return nil
      }
      let beyond = zip(costs, starts).map { max(0, $0 - $1) }
      return (student.validation.mean, Candidate(accuracy: accuracy, costs: beyond))
    }
    return nonDominatedIndices(
      of: students.map { [$0.validation] + $0.on.costs.map { -$0 } }
    ).map { students[$0].on }
  }

  /// The smallest budget on a metric, where more than one is asked for.
  private func smallestBudget(_ metric: String) -> Double? {
    let bounds = Set(
      budgets.flatMap(\.bounds).filter { $0.metric == metric && $0.relation == .atMost }
        .map(\.bound))
    return bounds.count > 1 ? bounds.min() : nil
  }

  /// The upper limit on a metric that both studies set.
  private func commonLimit(_ metric: String) -> Double? {
    func limits(_ file: FrontFile, comparedWith other: FrontFile) -> Set<Double> {
      let bounds = PairComparison.bounds(file.limits, in: file, comparedWith: other)
      return Set(bounds.filter { $0.metric == metric && $0.relation == .atMost }.map(\.bound))
    }
    return limits(before, comparedWith: after)
      .intersection(limits(after, comparedWith: before)).min()
  }
}
