import Comparisons

/// Whether a study has a student that keeps all of some requirements, and is no worse than an earlier study.
public struct FrontCheck: Sendable {
  /// What is asked for.
  public struct Demands: Sendable {
    /// What one student has to keep together.
    public var bounds: [MetricBound]
    /// What must not have become worse; needs a baseline.
    public var comparisons: [NoWorse]
    /// The probability with which accuracies keep their bounds, and of the test that nothing has become worse.
    public var confidence: Double
    /// The probability with which predicted costs keep theirs; nil for the study's own.
    public var costConfidence: Double?
    /// The least loss that counts as one.
    public var floor: Double

    public init(
      bounds: [MetricBound] = [], comparisons: [NoWorse] = [], confidence: Double = 0.95,
      costConfidence: Double? = nil, floor: Double = ChangeRule.usualFloor
    ) {
      (self.bounds, self.comparisons) = (bounds, comparisons)
      (self.confidence, self.costConfidence) = (confidence, costConfidence)
      self.floor = floor
    }
  }

  /// What became of one bound.
  public struct BoundResult: Hashable, Sendable {
    public let bound: MetricBound
    public let isMet: Bool
    /// The student's number; nil where the file does not know it.
    public let value: Double?
    /// What was compared with the bound: the value's quantile, or the accuracy's bound at the confidence.
    public let compared: Double?
    /// With which confidence; for an accuracy corrected for the number of students that it could be.
    public let confidence: Double
  }

  /// What became of one comparison with the baseline.
  public struct ComparisonResult: Sendable {
    public let demand: NoWorse
    public let isMet: Bool
    /// The students that the studies give the budget.
    public let before: FrontStudent?
    public let after: FrontStudent?
    /// The later less the earlier accuracy; nil unless both studies have a student.
    public let difference: AccuracyDifference?
    /// Corrected for the number of comparisons.
    public let pValue: Double?
    public let threshold: Double
  }

  public let file: FrontFile
  public let baseline: FrontFile?
  public let demands: Demands
  /// The student that keeps all bounds, the most accurate of several; if none does, the one that misses them least.
  public let student: FrontStudent?
  /// How many students keep all bounds.
  public let keeping: Int
  public let bounds: [BoundResult]
  public let comparisons: [ComparisonResult]

  /// Whether every requirement is met.
  public var isMet: Bool { bounds.allSatisfy(\.isMet) && comparisons.allSatisfy(\.isMet) }

  /// Checks a study.
  ///
  /// - Throws: `ComparisonRefusal` for a metric that no student has, and where a comparison with the baseline would lie.
  public init(
    _ file: FrontFile, against baseline: FrontFile? = nil, _ demands: Demands
  ) throws(ComparisonRefusal) {
    (self.file, self.baseline, self.demands) = (file, baseline, demands)
    guard !file.students.isEmpty else { throw .noStudents(file: file.subject) }
    let known = file.knownMetrics
    for bound in demands.bounds
    where FrontFile.split(of: bound.metric) == nil
      && !file.students.contains(where: { file.value(of: bound.metric, $0) != nil })
    {
      throw .unknownMetric(bound.metric, file: file.subject, known: known)
    }
    let results = FrontCheck.results(of: demands, file)
    let keeping = results.filter { $0.bounds.allSatisfy(\.isMet) }
    self.keeping = keeping.count
    let least = results.map { FrontCheck.miss($0.bounds) }.min() ?? 0
    let best = results.filter { FrontCheck.miss($0.bounds) == least }
    let chosen = bestIndex(of: best.map(\.student.validation.mean)).map { best[$0] }
    student = demands.bounds.isEmpty ? nil : chosen?.student
    bounds = chosen?.bounds ?? demands.bounds.map { BoundResult($0, isMet: false) }
    comparisons = try FrontCheck.comparisons(of: demands, file, baseline)
  }

  /// By which share of the bounds a student misses them, summed.
  private static func miss(_ bounds: [BoundResult]) -> Double {
    bounds.reduce(0) { sum, result in
      guard !result.isMet else { return sum }
      guard let compared = result.compared else { return .infinity }
      return sum + abs(compared - result.bound.bound) / max(abs(result.bound.bound), 1e-9)
    }
  }

  /// Returns for each student that its study may choose what becomes of the bounds.
  ///
  /// The best of k students would keep a bound on the accuracy by chance more often than one of them, so each has to
  /// keep it with the confidence 1 − (1 − c)/k (Bonferroni), k being the students that keep all other bounds.
  private static func results(
    of demands: Demands, _ file: FrontFile
  ) -> [(student: FrontStudent, bounds: [BoundResult])] {
    let costConfidence = demands.costConfidence ?? file.confidence
    func costResult(_ bound: MetricBound, _ student: FrontStudent) -> BoundResult {
      guard let value = file.value(of: bound.metric, student) else {
        return BoundResult(bound, isMet: false)
      }
      return BoundResult(
        bound, value: value.value, compared: bound.compared(value, confidence: costConfidence),
        confidence: costConfidence)
    }
    let costs = demands.bounds.filter { FrontFile.split(of: $0.metric) == nil }
    let candidates = file.eligible.count { student in
      costs.allSatisfy { costResult($0, student).isMet }
    }
    let confidence = 1 - (1 - demands.confidence) / Double(max(1, candidates))
    return file.eligible.map { student in
      let bounds = demands.bounds.map { bound -> BoundResult in
        guard let split = FrontFile.split(of: bound.metric) else {
          return costResult(bound, student)
        }
        guard let accuracy = student.accuracy(on: split) else {
          return BoundResult(bound, isMet: false)
        }
        let noise = file.noise(on: split)
        return BoundResult(
          bound, value: accuracy.mean,
          compared: bound.relation == .atLeast
            ? accuracy.lowerBound(confidence: confidence, noise: noise)
            : accuracy.upperBound(confidence: confidence, noise: noise), confidence: confidence)
      }
      return (student, bounds)
    }
  }
}

extension FrontCheck.BoundResult {
  fileprivate init(_ bound: MetricBound, isMet: Bool) {
    self.init(bound: bound, isMet: isMet, value: nil, compared: nil, confidence: 0.5)
  }

  fileprivate init(
    _ bound: MetricBound, value: Double, compared: Double, confidence: Double
  ) {
    self.init(
      bound: bound,
      isMet: bound.relation == .atMost ? compared <= bound.bound : compared >= bound.bound,
      value: value, compared: compared, confidence: confidence)
  }
}
