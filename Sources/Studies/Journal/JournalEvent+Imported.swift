import Distillation
import HardwareProfiles

/// The accuracy of a student on its way through a flash training.
public struct RungEvaluation: Hashable, Sendable, Codable {
  /// Steps done.
  public var step: Int
  public var validation: Evaluation
}

extension JournalEvent {
  /// Students that the user wants tried, in their order.
  public struct Enqueued: Hashable, Sendable, Codable {
    public var keys: [String]
  }

  /// What earlier studies on the same search space say, taken over before the first trial.
  public struct Imported: Hashable, Sendable, Codable {
    public var sources: [Source]

    /// An earlier study, and the students that it had measured by then.
    public struct Source: Hashable, Sendable, Codable {
      /// Its folder, as `study.json` gives it.
      public var study: String
      /// The program and the processor that it was begun with.
      public var version: String
      public var machine: String
      /// What makes its accuracies others than these, such as `teacher`; empty if nothing does.
      public var differences: [String]
      /// Results that hold here too, where nothing differs.
      public var carried: [Carried]
      /// Results of something alike, where anything differs, and else those of longer flash trainings.
      public var related: [Related]
      /// Students whose full trainings hold here too, where data, teacher, full recipe and seed are the same; nil
      /// in journals of versions that did not look.
      public var trained: [Trained]?
      /// Measured students that contradict a decision fixed here, and are left out; nil: none.
      public var ruledOut: Int?
    }

    /// A student and its full trainings that are the same here. They become this study's where it would do them.
    public struct Trained: Hashable, Sendable, Codable {
      public var key: String
      public var trainings: [FullTraining]
      /// Whether it was trained elsewhere, so that nobody here has its weights; nil: no.
      public var isElsewhere: Bool?

      enum CodingKeys: String, CodingKey {
        case key, trainings
        case isElsewhere = "elsewhere"
      }
    }

    /// What a full training came to in an earlier study.
    public struct FullTraining: Hashable, Sendable, Codable {
      public var repetition: Int
      public var isBaseline: Bool
      public var outcome: Distilled.Outcome
      public var validation: Evaluation?
      public var test: Evaluation?
      public var validationOutcome: SplitOutcome?
      public var testOutcome: SplitOutcome?
      public var curve: TrainingCurve?
      public var quantization: QuantizationOutcome?
      /// As in `Distilled`.
      public var chain: [ChainLink]?

      enum CodingKeys: String, CodingKey {
        case repetition, outcome, validation, test, curve, quantization
        case chain = "links"
        case isBaseline = "baseline"
        case validationOutcome = "validation_outcome"
        case testOutcome = "test_outcome"
      }
    }

    /// A flash result that is the same here, with what the student costs on this study's device.
    public struct Carried: Hashable, Sendable, Codable {
      public var key: String
      public var costs: Costs
      /// Whether it meets this study's constraints.
      public var isFeasible: Bool
      public var validation: Evaluation
      public var rungs: [RungEvaluation]?

      enum CodingKeys: String, CodingKey {
        case key, costs, validation, rungs
        case isFeasible = "feasible"
      }
    }

    /// A flash result of another teacher, data set, recipe or seed.
    public struct Related: Hashable, Sendable, Codable {
      public var key: String
      public var validation: Evaluation
    }
  }
}

extension JournalEvent.Imported {
  /// The results that hold here, by the first source that has them, and that source's folder.
  var carriedResults: [(result: Carried, study: String)] {
    var seen: Set<String> = []
    return sources.flatMap { source in
      source.carried.filter { seen.insert($0.key).inserted }.map { ($0, source.study) }
    }
  }
}

extension JournalEvent.Imported {
  /// The students with full trainings that hold here, each once.
  var trainedKeys: [String] {
    var seen: Set<String> = []
    return sources.flatMap { $0.trained ?? [] }.map(\.key).filter { seen.insert($0).inserted }
  }

  /// Returns a full training by the first source that has it, and that source's folder.
  func training(
    of key: String, repetition: Int, isBaseline: Bool
  ) -> (training: FullTraining, study: String)? {
    for source in sources {
      for student in source.trained ?? [] where student.key == key {
        let found = student.trainings.first {
          $0.repetition == repetition && $0.isBaseline == isBaseline
        }
        if let found { return (found, source.study) }
      }
    }
    return nil
  }

  /// Whether a student's full trainings were done elsewhere, so that nobody here has its weights.
  func isTrainedElsewhere(_ key: String) -> Bool {
    sources.contains { $0.trained?.contains { $0.key == key && $0.isElsewhere == true } ?? false }
  }
}

extension JournalEvent.Imported.FullTraining {
  init(_ training: JournalEvent.Distilled) {
    self.init(
      repetition: training.repetition, isBaseline: training.isBaseline, outcome: training.outcome,
      validation: training.validation, test: training.test,
      validationOutcome: training.validationOutcome, testOutcome: training.testOutcome,
      curve: training.curve, quantization: training.quantization, chain: training.chain)
  }

  init(_ training: JournalEvent.ReferenceTrained) {
    self.init(
      repetition: training.repetition, isBaseline: false, outcome: training.outcome,
      validation: training.validation, test: training.test,
      validationOutcome: training.validationOutcome, testOutcome: training.testOutcome,
      curve: training.curve, quantization: training.quantization, chain: training.chain)
  }
}

extension JournalEvent.Imported.Source: CustomStringConvertible {
  /// What was taken over and how, on one line.
  public var description: String {
    let count = carried.count + related.count
    let results = "\(study): \(count) flash result\(count == 1 ? "" : "s")"
    let trainings = (trained ?? []).reduce(0) { $0 + $1.trainings.count }
    let full =
      trainings == 0
      ? "" : "; \(trainings) full training\(trainings == 1 ? " holds" : "s hold") here too"
    let leftOut =
      ruledOut.map { "; \($0) that contradict\($0 == 1 ? "s" : "") a fixed decision left out" }
      ?? ""
    guard differences.isEmpty else {
      return "\(results) taken as a prior, because of another "
        + differences.joined(separator: ", another ") + full + leftOut
    }
    return "\(study): \(carried.count) flash result\(carried.count == 1 ? "" : "s") carried over, "
      + "\(carried.count { $0.isFeasible }) of students that meet the constraints here"
      + (related.isEmpty ? "" : "; \(related.count) longer ones taken as a prior") + full + leftOut
  }
}
