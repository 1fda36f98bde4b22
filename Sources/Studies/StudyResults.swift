import BayesianOptimization
import Distillation
import HardwareProfiles
import TensorKernels

/// What a study found, computed from its journal alone.
public struct StudyResults: Sendable {
  /// A student that got the full training.
  public struct Student: Hashable, Sendable {
    public var trial: Int
    public var key: String
    public var costs: Costs
    public var flash: Evaluation
    /// One evaluation for each repetition that ended well.
    public var validation: [Evaluation]
    public var test: [Evaluation]
    /// The same training without the teacher, where the study asked for it.
    public var baselineValidation: [Evaluation]
    public var baselineTest: [Evaluation]
    /// Whether no other student is at least as good in every objective and better in one.
    public var isOnFront = false

    /// The mean validation accuracy over the repetitions; the front is made of it.
    public var validationAccuracy: Double { validation.meanAccuracy }
    public var testAccuracy: Double { test.meanAccuracy }
    /// What the teacher gave, in test accuracy; nil without a baseline.
    public var distillationGain: Double? {
      baselineTest.isEmpty ? nil : testAccuracy - baselineTest.meanAccuracy
    }
  }

  /// The fully trained students, in the order of the first objective.
  public let students: [Student]
  /// Finalists whose full training failed, by trial.
  public let failedFinalists: [Int]
  public let audit: FlashAudit?

  /// Computes the results of `state` for the objectives of `definition`.
  public init(_ definition: StudyDefinition, _ state: StudyState) {
    var students: [Student] = []
    var failed: [Int] = []
    for number in state.finalists ?? [] {
      let trial = state.trials[number]
      func evaluations(
        baseline: Bool, _ split: (JournalEvent.Distilled) -> Evaluation?
      ) -> [Evaluation] {
        (0..<definition.finalists.seeds).compactMap { repetition in
          state.distillation(of: number, repetition: repetition, isBaseline: baseline)
            .flatMap(split)
        }
      }
      guard let flash = trial.result?.validation else { continue }
      let student = Student(
        trial: number, key: trial.key, costs: trial.costs, flash: flash,
        validation: evaluations(baseline: false, \.validation),
        test: evaluations(baseline: false, \.test),
        baselineValidation: evaluations(baseline: true, \.validation),
        baselineTest: evaluations(baseline: true, \.test))
      if student.validation.isEmpty {
        let tried = state.distillation(of: number, repetition: 0, isBaseline: false) != nil
        if tried { failed.append(number) }
      } else {
        students.append(student)
      }
    }
    let objectives = students.map { definition.objectiveVector($0.validationAccuracy, $0.costs) }
    for index in nonDominatedIndices(of: objectives) { students[index].isOnFront = true }
    self.students = students.sorted {
      let (a, b) = (definition.firstCost($0.costs), definition.firstCost($1.costs))
      return (a, $0.trial) < (b, $1.trial)
    }
    failedFinalists = failed
    audit = FlashAudit(self.students, seed: definition.seed)
  }
}

extension [Evaluation] {
  /// The mean accuracy; not a number if there are none.
  public var meanAccuracy: Double { reduce(0) { $0 + $1.accuracy } / Double(count) }

  /// The standard deviation of the accuracy over the repetitions; nil for fewer than two.
  public var deviation: Double? {
    guard count > 1 else { return nil }
    let mean = meanAccuracy
    let squares = reduce(0) { $0 + ($1.accuracy - mean) * ($1.accuracy - mean) }
    return (squares / Double(count - 1)).squareRoot()
  }

  /// The 95 % interval of the mean accuracy from the finite split, all repetitions seen on the same
  /// images.
  public var interval: ClosedRange<Double>? {
    guard let first else { return nil }
    let correct = Int((meanAccuracy * Double(first.count)).rounded())
    return Evaluation(count: first.count, correct: correct, negativeLogLikelihood: 0).interval
  }
}

extension StudyDefinition {
  /// Accuracy and costs as values to maximise.
  public func objectiveVector(_ accuracy: Double, _ costs: Costs) -> [Double] {
    [accuracy] + objectives.map { -cost($0, costs) }
  }

  /// The cost that tables and charts are ordered by.
  public func firstCost(_ costs: Costs) -> Double { cost(objectives[0], costs) }

  /// A metric that was found available when the study was read.
  public func cost(_ metric: CostMetric, _ costs: Costs) -> Double {
    (try? costs.value(of: metric)) ?? .infinity
  }
}

/// How well the flash accuracies ranked what full training found.
public struct FlashAudit: Hashable, Sendable {
  /// Students that have both.
  public let count: Int
  /// Nil with fewer than three students, or where one side is constant.
  public let spearman: RankCorrelation?
  public let kendall: RankCorrelation?
  /// The best full validation accuracy less that of the student that flash ranked first.
  public let regret: Double
  /// The same correlation for multiply–accumulates, which need no training: flash must beat it.
  public let spearmanOfMACs: Double?

  /// Compares the students' flash and full validation accuracies; nil without students.
  init?(_ students: [StudyResults.Student], seed: UInt64) {
    guard let best = students.map(\.validationAccuracy).max(),
      let first = students.max(by: { $0.flash.accuracy < $1.flash.accuracy })
    else { return nil }
    let flash = students.map(\.flash.accuracy)
    let full = students.map(\.validationAccuracy)
    func correlation(_ coefficient: RankCorrelation.Coefficient) -> RankCorrelation? {
      guard students.count > 2 else { return nil }
      var random = RandomStream(seed: seed, purpose: "flash audit")
      return RankCorrelation(coefficient, of: flash, and: full, using: &random)
    }
    count = students.count
    spearman = correlation(.spearman)
    kendall = correlation(.kendall)
    regret = best - first.validationAccuracy
    spearmanOfMACs =
      students.count > 2
      ? RankCorrelation.value(.spearman, of: students.map { Double($0.costs.macs) }, and: full)
      : nil
  }
}
