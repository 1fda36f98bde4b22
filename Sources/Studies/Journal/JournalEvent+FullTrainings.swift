import Distillation

extension JournalEvent {
  /// The trials that get the full training.
  public struct Selected: Hashable, Sendable, Codable {
    public var trials: [Int]

    package init(trials: [Int]) { self.trials = trials }
  }

  /// A full training of a student.
  public struct Distilled: Hashable, Sendable, Codable {
    public enum Outcome: String, Hashable, Sendable, Codable {
      case measured
      case diverged
      // Lost, as `TaskLoss` has it.
      case crashed
      case outOfMemory = "out_of_memory"
      case timedOut = "timed_out"
      case failed
    }

    public var trial: Int
    public var repetition: Int
    /// Whether it was trained without the teacher.
    public var isBaseline: Bool
    public var outcome: Outcome
    public var validation: Evaluation?
    public var test: Evaluation?
    /// What the evaluations leave out; nil in journals of versions that did not look.
    public var validationOutcome: SplitOutcome?
    public var testOutcome: SplitOutcome?
    /// How it went on its way; nil in journals of versions that did not look, and of trainings elsewhere.
    public var curve: TrainingCurve?
    /// What int8 cost it; nil in fp32, and of trainings elsewhere.
    public var quantization: QuantizationOutcome?
    /// The trainings before it, each of which has taught the next; nil where there were none.
    public var chain: [ChainLink]?
    /// What it took here.
    public var seconds: Double
    public var steps: Int
    /// The folder of the earlier study that has done it, as `study.json` gives it; nil for one that was done for
    /// this study.
    public var source: String?
    /// Of a loss, what was seen of it, for people; nil in journals of versions that did not say.
    public var note: String?
    /// Where it was trained, if that is another kind of processor than the study was begun on.
    public var machine: ResultMachine?

    package init(
      trial: Int, repetition: Int, isBaseline: Bool, outcome: Outcome, validation: Evaluation?,
      test: Evaluation?, validationOutcome: SplitOutcome? = nil, testOutcome: SplitOutcome? = nil,
      curve: TrainingCurve? = nil, quantization: QuantizationOutcome? = nil, seconds: Double,
      steps: Int, source: String? = nil, note: String? = nil
    ) {
      (self.trial, self.repetition, self.isBaseline) = (trial, repetition, isBaseline)
      (self.outcome, self.validation, self.test) = (outcome, validation, test)
      (self.validationOutcome, self.testOutcome) = (validationOutcome, testOutcome)
      (self.curve, self.quantization) = (curve, quantization)
      (self.seconds, self.steps, self.source, self.note) = (seconds, steps, source, note)
    }

    enum CodingKeys: String, CodingKey {
      case trial, repetition, outcome, validation, test, curve, quantization, seconds, steps, source
      case note, machine
      // "chain" is the checksum of a line.
      case chain = "links"
      case isBaseline = "baseline"
      case validationOutcome = "validation_outcome"
      case testOutcome = "test_outcome"
    }
  }

  /// An audited student on the test split, in the final stage; its training leaves that split alone.
  public struct Tested: Hashable, Sendable, Codable {
    public var trial: Int
    /// Nil if the task was lost.
    public var test: Evaluation?
    public var testOutcome: SplitOutcome?

    enum CodingKeys: String, CodingKey {
      case trial, test
      case testOutcome = "test_outcome"
    }
  }
}
