import Distillation
import HardwareProfiles

/// Something that happened in a study; one line of the journal.
public enum JournalEvent: Hashable, Sendable {
  case began(Began)
  case grown(Grown)
  case priced(Priced)
  case teacherReady(TeacherReady)
  case teacherTested(TeacherTested)
  case screened(Screened)
  case flashLength(FlashLength)
  case imported(Imported)
  case enqueued(Enqueued)
  case told(Told)
  case merged(Merged)
  case proposed(Proposed)
  case finished(Finished)
  case rescored(Rescored)
  case audited(Audited)
  case nothingFeasible(NothingFeasible)
  case searchEnded(SearchEnded)
  case selected(Selected)
  case distilled(Distilled)
  case tested(Tested)
  case referencesChosen(ReferencesChosen)
  case referenceTrained(ReferenceTrained)
  case measured(Measured)
  case robustnessTested(RobustnessTested)
  case stageTimed(StageTimed)

  /// The inputs that every later line depends on.
  public struct Began: Hashable, Sendable, Codable {
    public var version: String
    public var studyHash: String
    public var spaceHash: String
    public var profileHash: String?
    public var dataHash: String
    public var machine: String
    /// Of the images and labels of the splits that students are judged on, in their order; these and the
    /// classes are nil in journals of versions that did not look.
    public var validationHash: String?
    public var testHash: String?
    public var classes: Int?
    /// The whole of `study.json`; nil in journals of versions that did not keep it.
    public var study: String?

    enum CodingKeys: String, CodingKey {
      case version
      case studyHash = "study_sha256"
      case spaceHash = "search_space_sha256"
      case profileHash = "hardware_profile_sha256"
      case dataHash = "data_sha256"
      case machine, study, classes
      case validationHash = "validation_sha256"
      case testHash = "test_sha256"
    }
  }

  /// The teacher is trained, its logits are cached, and they agree with the labels.
  public struct TeacherReady: Hashable, Sendable, Codable {
    /// The hash of everything that made it.
    public var identity: String
    public var macs: Int
    public var parameters: Int
    /// On the training split, by its logits as the students' batches give them.
    public var pipelineAccuracy: Double
    public var validation: Evaluation
    /// Known from the final stage on; the test split is not touched before.
    public var test: Evaluation?
    /// Of the file, by which a change is noticed.
    public var weightsHash: String
    /// Of the tensors alone, the same wherever the same weights are; nil in journals of versions that did not
    /// take it.
    public var tensorsHash: String?
    /// What the evaluations leave out; nil in journals of versions that did not look.
    public var validationOutcome: SplitOutcome?
    public var testOutcome: SplitOutcome?

    enum CodingKeys: String, CodingKey {
      case identity, macs, parameters, validation, test
      case validationOutcome = "validation_outcome"
      case testOutcome = "test_outcome"
      case pipelineAccuracy = "pipeline_accuracy"
      case weightsHash = "weights_sha256"
      case tensorsHash = "tensors_sha256"
    }
  }

  /// The teacher on the test split, in the final stage.
  public struct TeacherTested: Hashable, Sendable, Codable {
    public var test: Evaluation
    public var testOutcome: SplitOutcome?

    enum CodingKeys: String, CodingKey {
      case test
      case testOutcome = "test_outcome"
    }
  }

  public struct Proposed: Hashable, Sendable, Codable {
    public var trial: Int
    public var key: String
    public var costs: Costs

    package init(trial: Int, key: String, costs: Costs) {
      (self.trial, self.key, self.costs) = (trial, key, costs)
    }
  }

  /// What became of a flash trial.
  public struct Finished: Hashable, Sendable, Codable {
    public enum Outcome: String, Hashable, Sendable, Codable {
      case measured
      case diverged
      /// The worker died twice.
      case crashed
      /// It was not good enough to continue at its last rung.
      case stopped
    }

    public var trial: Int
    public var outcome: Outcome
    /// At the end of the training.
    public var validation: Evaluation?
    public var seconds: Double
    /// Steps done.
    public var steps: Int
    /// At each rung that it came to; nil in a study without rungs.
    public var rungs: [RungEvaluation]?
    /// The flash fraction, where it is not the study's own.
    public var fraction: Double?
    /// Where the student was deliberately trained again: the same with other seeds.
    public var repeats: [Evaluation]?

    package init(
      trial: Int, outcome: Outcome, validation: Evaluation?, seconds: Double, steps: Int,
      rungs: [RungEvaluation]? = nil, fraction: Double? = nil, repeats: [Evaluation]? = nil
    ) {
      (self.trial, self.outcome, self.validation) = (trial, outcome, validation)
      (self.seconds, self.steps, self.rungs) = (seconds, steps, rungs)
      (self.fraction, self.repeats) = (fraction, repeats)
    }
  }

  public struct SearchEnded: Hashable, Sendable, Codable {
    public var trials: Int
    /// Whether every feasible architecture of the space has been tried.
    public var isExhausted: Bool

    enum CodingKeys: String, CodingKey {
      case trials
      case isExhausted = "exhausted"
    }
  }

  /// What one run spent in a stage; a study that was continued has several.
  public struct StageTimed: Hashable, Sendable, Codable {
    public var stage: String
    /// By a clock that nobody sets.
    public var seconds: Double
    public var workers: Int
    /// Of all threads and workers together; nil in journals of earlier versions.
    public var processorSeconds: Double?
    /// Whether the run ended before the stage did: by the user, a limit of the run, an error or a kill.
    public var isInterrupted: Bool?

    enum CodingKeys: String, CodingKey {
      case stage, seconds, workers
      case processorSeconds = "cpu_seconds"
      case isInterrupted = "interrupted"
    }
  }
}

extension JournalEvent: Codable {
  private enum Kind: String, Codable {
    case began, grown, priced
    case teacherReady = "teacher_ready"
    case teacherTested = "teacher_tested"
    case screened
    case flashLength = "flash_length"
    case imported
    case enqueued, told, merged
    case proposed
    case finished
    case rescored
    case audited
    case nothingFeasible = "nothing_feasible"
    case searchEnded = "search_ended"
    case selected
    case distilled
    case tested
    case referencesChosen = "references_chosen"
    case referenceTrained = "reference_trained"
    case measured
    case robustnessTested = "robustness_tested"
    case stageTimed = "stage_timed"
  }

  private enum CodingKeys: String, CodingKey {
    case event
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .event) {
    case .began: self = .began(try Began(from: decoder))
    case .grown: self = .grown(try Grown(from: decoder))
    case .priced: self = .priced(try Priced(from: decoder))
    case .teacherReady: self = .teacherReady(try TeacherReady(from: decoder))
    case .teacherTested: self = .teacherTested(try TeacherTested(from: decoder))
    case .screened: self = .screened(try Screened(from: decoder))
    case .flashLength: self = .flashLength(try FlashLength(from: decoder))
    case .imported: self = .imported(try Imported(from: decoder))
    case .enqueued: self = .enqueued(try Enqueued(from: decoder))
    case .told: self = .told(try Told(from: decoder))
    case .merged: self = .merged(try Merged(from: decoder))
    case .proposed: self = .proposed(try Proposed(from: decoder))
    case .finished: self = .finished(try Finished(from: decoder))
    case .rescored: self = .rescored(try Rescored(from: decoder))
    case .audited: self = .audited(try Audited(from: decoder))
    case .nothingFeasible: self = .nothingFeasible(try NothingFeasible(from: decoder))
    case .searchEnded: self = .searchEnded(try SearchEnded(from: decoder))
    case .selected: self = .selected(try Selected(from: decoder))
    case .distilled: self = .distilled(try Distilled(from: decoder))
    case .tested: self = .tested(try Tested(from: decoder))
    case .referencesChosen: self = .referencesChosen(try ReferencesChosen(from: decoder))
    case .referenceTrained: self = .referenceTrained(try ReferenceTrained(from: decoder))
    case .measured: self = .measured(try Measured(from: decoder))
    case .robustnessTested: self = .robustnessTested(try RobustnessTested(from: decoder))
    case .stageTimed: self = .stageTimed(try StageTimed(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func write(_ kind: Kind, _ value: some Encodable) throws {
      try container.encode(kind, forKey: .event)
      try value.encode(to: encoder)
    }
    switch self {
    case .began(let value): try write(.began, value)
    case .grown(let value): try write(.grown, value)
    case .priced(let value): try write(.priced, value)
    case .teacherReady(let value): try write(.teacherReady, value)
    case .teacherTested(let value): try write(.teacherTested, value)
    case .screened(let value): try write(.screened, value)
    case .flashLength(let value): try write(.flashLength, value)
    case .imported(let value): try write(.imported, value)
    case .enqueued(let value): try write(.enqueued, value)
    case .told(let value): try write(.told, value)
    case .merged(let value): try write(.merged, value)
    case .proposed(let value): try write(.proposed, value)
    case .finished(let value): try write(.finished, value)
    case .rescored(let value): try write(.rescored, value)
    case .audited(let value): try write(.audited, value)
    case .nothingFeasible(let value): try write(.nothingFeasible, value)
    case .searchEnded(let value): try write(.searchEnded, value)
    case .selected(let value): try write(.selected, value)
    case .distilled(let value): try write(.distilled, value)
    case .tested(let value): try write(.tested, value)
    case .referencesChosen(let value): try write(.referencesChosen, value)
    case .referenceTrained(let value): try write(.referenceTrained, value)
    case .measured(let value): try write(.measured, value)
    case .robustnessTested(let value): try write(.robustnessTested, value)
    case .stageTimed(let value): try write(.stageTimed, value)
    }
  }
}
