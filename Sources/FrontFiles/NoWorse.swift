import Comparisons

/// An accuracy that must not have become worse, of the best student within a budget: `accuracy@latency_ms<=2`.
///
/// Several bounds are separated by commas; without any it is the best student of all.
public struct NoWorse: Hashable, Sendable {
  public let split: FrontSplit
  public let bounds: [MetricBound]
  public let description: String

  /// Reads the text of a demand.
  public init(_ text: String) throws(MetricBoundError) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard let split = FrontFile.split(of: parts[0]) else {
      throw MetricBoundError(
        text: text,
        problem: "expected accuracy or test_accuracy, and behind an @ the budget, such as "
          + "accuracy@latency_ms<=2")
    }
    var bounds: [MetricBound] = []
    for bound in parts.dropFirst().joined().split(separator: ",", omittingEmptySubsequences: false)
    where parts.count == 2 {
      bounds += try MetricBound.all(in: String(bound))
    }
    (self.split, self.bounds, description) = (split, bounds, text)
  }
}

extension FrontCheck {
  /// Compares the best students within each budget with the baseline's.
  ///
  /// Worse is what `ChangeRule` calls worse: significant at the two-sided confidence, corrected for the number of comparisons,
  /// and a loss that is large enough. A budget that only the baseline has a student for is worse too.
  static func comparisons(
    of demands: Demands, _ file: FrontFile, _ baseline: FrontFile?
  ) throws(ComparisonRefusal) -> [ComparisonResult] {
    guard let baseline else {
      precondition(demands.comparisons.isEmpty, "a comparison without a baseline")
      return []
    }
    let rule = ChangeRule(confidence: demands.confidence, floor: demands.floor)
    var open: [Comparison] = []
    for demand in demands.comparisons {
      open.append(try Comparison(demand, demands.costConfidence, rule, baseline, file))
    }
    let tested = open.filter { $0.difference != nil }
    var corrected = holmCorrected(
      tested.map { $0.difference?.pValue ?? 1 },
      of: tested.map { [$0.demand.split.rawValue, $0.before?.key, $0.after?.key] })[...]
    return open.map { comparison in
      let pValue = comparison.difference.map { _ in corrected.removeFirst() }
      let verdict = comparison.difference.map {
        rule.verdict($0, pValue: pValue ?? 1, threshold: comparison.threshold)
      }
      return ComparisonResult(
        demand: comparison.demand,
        isMet: verdict.map { $0 != .worse } ?? (comparison.before == nil),
        before: comparison.before, after: comparison.after, difference: comparison.difference,
        pValue: pValue, threshold: comparison.threshold)
    }
  }

  /// A comparison whose p-value is not corrected yet.
  private struct Comparison {
    let demand: NoWorse
    let before: FrontStudent?
    let after: FrontStudent?
    let difference: AccuracyDifference?
    let threshold: Double

    init(
      _ demand: NoWorse, _ costConfidence: Double?, _ rule: ChangeRule, _ baseline: FrontFile,
      _ file: FrontFile
    ) throws(ComparisonRefusal) {
      let (baseline, file, _) = FrontFile.comparable(baseline, file)
      try baseline.requireSameImages(as: file, demand.split)
      if demand.split == .validation && baseline.hasUnlikeTrials(file) {
        throw .unlikeTrials(before: baseline.trialCount ?? 0, after: file.trialCount ?? 0)
      }
      for bound in demand.bounds {
        try baseline.requireSameProtocol(as: file, for: bound.metric)
      }
      func best(_ side: FrontFile) throws(ComparisonRefusal) -> FrontStudent? {
        let confidence = costConfidence ?? baseline.confidence
        guard let keeping = side.keeping(demand.bounds, confidence: confidence) else {
          let unknown = demand.bounds.first { bound in
            !side.students.contains { side.value(of: bound.metric, $0) != nil }
          }
          throw .unknownMetric(
            unknown?.metric ?? "", file: side.subject, known: side.knownMetrics)
        }
        return side.winner(keeping)
      }
      self.demand = demand
      (before, after) = (try best(baseline), try best(file))
      guard let a = before?.accuracy(on: demand.split), let b = after?.accuracy(on: demand.split)
      else {
        for (side, student) in [(baseline, before), (file, after)]
        where student != nil && student?.accuracy(on: demand.split) == nil {
          throw .unknownMetric(
            "\(demand.split)_accuracy", file: side.subject, known: side.knownMetrics)
        }
        (difference, threshold) = (nil, rule.floor)
        return
      }
      (difference, threshold) = rule.change(
        from: (a, baseline.noise(on: demand.split)), to: (b, file.noise(on: demand.split)))
    }
  }
}
