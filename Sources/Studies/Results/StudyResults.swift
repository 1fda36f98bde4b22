import Comparisons
import Distillation
import HardwareProfiles
import ParetoFronts

/// What a study found, computed from its journal alone.
public struct StudyResults: Sendable {
  /// A student that got the full training.
  public struct Student: Hashable, Sendable {
    /// Why it got it.
    public enum Role: String, Hashable, Sendable {
      case finalist
      /// One that was chosen before the study grew, and would not be now.
      case earlier = "earlier finalist"
      /// The audit's, spread over the flash ranks: one full training, no baseline.
      case audited
      case both = "finalist and audited"
    }

    public var trial: Int
    public var role: Role
    public var key: String
    public var costs: Costs
    /// At the fraction that its trial had.
    public var flash: Evaluation
    /// On one scale with the other students', where the audit has raised the fraction.
    public var comparableFlash: FlashEstimate
    /// The full accuracy that it predicts, before any full result of the study is known.
    public var projected: FlashEstimate
    /// One evaluation for each repetition that ended well.
    public var validation: [Evaluation]
    public var test: [Evaluation]
    /// The same training without the teacher, where the study asked for it.
    public var baselineValidation: [Evaluation]
    public var baselineTest: [Evaluation]
    /// The full trainings behind these evaluations, with what they leave out.
    public var runs: [Run] = []
    public var baselineRuns: [Run] = []
    /// On corrupted images of the test split, the sample as it is first; nil where that was not looked at.
    public var robustness: [RobustnessResult]?
    /// The latency on the device, where it was measured.
    public var measured: JournalEvent.Measured?
    /// The costs with the measured latency, where the front is made of measured ones.
    public var measuredCosts: Costs?
    /// The limits on latency that the student breaks when measured.
    public var broken: [Constraint] = []
    /// A limit on predicted costs that it breaks since the study has grown; nil if none.
    public var brokenSince: BrokenLimit?
    /// Whether its validation accuracy is below the one that the study asks for.
    public var isBelowFloor = false
    /// Whether it breaks no limit, is not below the floor of the accuracy, and no other such
    /// student is at least as good in every objective and better in one.
    public var isOnFront = false
    /// How sure its place on the front is; nil for one that breaks a limit or is below the floor.
    public var standing: FrontStanding?

    /// Whether it breaks no limit, predicted or measured.
    public var keepsLimits: Bool { broken.isEmpty && brokenSince == nil }

    /// The costs that the front is made of.
    public var frontCosts: Costs { measuredCosts ?? costs }

    /// The mean validation accuracy over the repetitions; the front is made of it.
    public var validationAccuracy: Double { validation.pooledAccuracy }
    public var testAccuracy: Double { test.pooledAccuracy }
    /// What the teacher gave, in test accuracy; nil without a baseline.
    public var distillationGain: Double? {
      baselineTest.isEmpty ? nil : testAccuracy - baselineTest.pooledAccuracy
    }
  }

  /// The fully trained students, in the order of the first objective's cost on the front.
  public let students: [Student]
  /// Finalists whose full training failed, by trial.
  public let failedFinalists: [Int]
  public let audit: FlashAudit?
  /// In the order of `study.json`; empty while no student has had its full training.
  public let budgets: [BudgetResult]
  /// The reference designs that got the full training, in the order of the first objective's cost.
  public let references: [Reference]
  /// What was trained to tell the architecture's part of the gain from the recipe's.
  public let controls: [Reference]
  /// The names of reference designs whose full trainings all failed.
  public let failedReferences: [String]
  /// For each budget that the study asks about the best student and the best reference design.
  public let comparisons: [ReferenceComparison]
  /// What is known of measured latencies; nil if there are none.
  public let measurement: Measurement?

  /// Computes the results of `state` for the objectives of `definition`.
  public init(_ definition: StudyDefinition, _ state: StudyState) {
    var students: [Student] = []
    var failed: [Int] = []
    let (finalists, audited) = (Set(state.allFinalists), Set(state.audited?.trials ?? []))
    let earlier = Set(state.finalists == nil ? [] : state.earlierFinalists)
      .subtracting(state.finalists ?? [])
    let ladder = AccuracyLadder(definition, state, learning: false)
    for number in state.fullTrials {
      let trial = state.trials[number]
      func evaluations(
        baseline: Bool, _ split: (JournalEvent.Distilled) -> Evaluation?
      ) -> [Evaluation] {
        state.fullEvaluations(
          of: number, seeds: definition.finalists.seeds, isBaseline: baseline, split)
      }
      guard let flash = trial.result?.validation, trial.flashAccuracy != nil,
        let comparable = ladder.onPresentScale(trial),
        let projected = ladder.afterFullTraining(trial)
      else { continue }
      let role: Student.Role =
        !finalists.contains(number)
        ? .audited
        : audited.contains(number) ? .both : earlier.contains(number) ? .earlier : .finalist
      var student = Student(
        trial: number, role: role, key: trial.key, costs: trial.costs, flash: flash,
        comparableFlash: comparable, projected: projected,
        validation: evaluations(baseline: false, \.validation),
        test: evaluations(baseline: false, \.test),
        baselineValidation: evaluations(baseline: true, \.validation),
        baselineTest: evaluations(baseline: true, \.test))
      student.brokenSince = trial.broken
      student.runs = StudyResults.runs(of: number, isBaseline: false, definition, state)
      student.baselineRuns = StudyResults.runs(of: number, isBaseline: true, definition, state)
      student.robustness = definition.robustness.flatMap {
        state.robustness(of: number, images: $0.images)?.results
      }
      if student.validation.isEmpty {
        let tried = state.distillation(of: number, repetition: 0, isBaseline: false) != nil
        if tried && role != .audited { failed.append(number) }
      } else {
        students.append(student)
      }
    }
    func sorted(by costs: KeyPath<Student, Costs>) -> [Student] {
      students.sorted {
        let (a, b) = (
          definition.firstCost($0[keyPath: costs]), definition.firstCost($1[keyPath: costs])
        )
        return (a, $0.trial) < (b, $1.trial)
      }
    }
    // What the audit says of flash must not depend on measured latencies, which no run repeats.
    audit = FlashAudit(sorted(by: \.costs), seed: definition.seed)
    measurement = StudyResults.measure(&students, definition, state)
    for index in students.indices {
      students[index].isBelowFloor =
        students[index].validationAccuracy < definition.accuracyFloor ?? 0
    }
    let eligible = students.indices.filter {
      students[$0].keepsLimits && !students[$0].isBelowFloor
    }
    let objectives = eligible.map {
      definition.objectiveVector(students[$0].validationAccuracy, students[$0].frontCosts)
    }
    for index in nonDominatedIndices(of: objectives) {
      students[eligible[index]].isOnFront = true
    }
    let noise = students.validationNoise
    let standings = FrontStanding.standings(
      of: eligible.compactMap { definition.candidate(students[$0]) }, noise: noise)
    for (index, standing) in zip(eligible, standings) { students[index].standing = standing }
    self.students = sorted(by: \.frontCosts)
    failedFinalists = failed
    // Where all are demoted, the nearest of them is named.
    let kept = self.students.filter(\.keepsLimits)
    budgets = definition.budgets.compactMap { [students = kept.isEmpty ? self.students : kept] in
      BudgetResult($0, definition, students, noise: noise)
    }
    let designs = state.references?.designs ?? []
    (references, failedReferences) = StudyResults.references(
      designs.filter { $0.isControl != true }, definition, state, against: self.students)
    controls =
      StudyResults.references(
        designs.filter { $0.isControl == true }, definition, state, against: self.students
      ).trained
    comparisons = StudyResults.comparisons(
      definition, students: self.students, references: references, noise: noise)
  }
}

extension StudyResults {
  /// Returns the most accurate student on the front of those that are wanted, the earliest of several; nil if there
  /// is none.
  public func mostAccurate(where isWanted: (Student) -> Bool) -> Student? {
    students.filter { $0.isOnFront && isWanted($0) }
      .max { ($0.validationAccuracy, $1.trial) < ($1.validationAccuracy, $0.trial) }
  }
}
