import Distillation

extension StudyResults {
  /// A full training that ended well, as it answers on both splits.
  public struct Run: Hashable, Sendable {
    /// The repetition, from 0.
    public var seed: Int
    public var validation: Evaluation
    public var test: Evaluation?
    /// What the evaluations leave out; nil in journals of versions that did not look.
    public var validationOutcome: SplitOutcome?
    public var testOutcome: SplitOutcome?
    /// How it went on its way; nil where a journal does not say.
    public var curve: TrainingCurve?
    /// What int8 cost it; nil in fp32.
    public var quantization: QuantizationOutcome?
    /// The trainings before it, each of which has taught the next.
    public var chain: [ChainLink] = []

    /// Nil for a training that ended otherwise.
    init?(
      seed: Int, validation: Evaluation?, test: Evaluation?, validationOutcome: SplitOutcome?,
      testOutcome: SplitOutcome?, curve: TrainingCurve?, quantization: QuantizationOutcome?
    ) {
      guard let validation else { return nil }
      (self.seed, self.validation, self.test) = (seed, validation, test)
      (self.validationOutcome, self.testOutcome) = (validationOutcome, testOutcome)
      (self.curve, self.quantization) = (curve, quantization)
    }

    init?(_ training: JournalEvent.Distilled) {
      self.init(
        seed: training.repetition, validation: training.validation, test: training.test,
        validationOutcome: training.validationOutcome, testOutcome: training.testOutcome,
        curve: training.curve, quantization: training.quantization)
      chain = training.chain ?? []
    }

    init?(_ training: JournalEvent.ReferenceTrained) {
      self.init(
        seed: training.repetition, validation: training.validation, test: training.test,
        validationOutcome: training.validationOutcome, testOutcome: training.testOutcome,
        curve: training.curve, quantization: training.quantization)
      chain = training.chain ?? []
    }
  }

  /// Returns the full trainings of a trial that ended well, in the order of their repetitions.
  static func runs(
    of trial: Int, isBaseline: Bool, _ definition: StudyDefinition, _ state: StudyState
  ) -> [Run] {
    (0..<definition.finalists.seeds).compactMap { repetition in
      state.distillation(of: trial, repetition: repetition, isBaseline: isBaseline)
        .flatMap(Run.init)
    }
  }
}
