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
  case kept(Kept)

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
    /// What the data hold; nil in journals of versions that did not look.
    public var data: DataRead?
    /// The journal's format; nil in journals of versions that had no checksums.
    public var format: Int?

    enum CodingKeys: String, CodingKey {
      case version, data, format
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
    /// Nil where its network is not ours; as with `parameters`.
    public var macs: Int?
    public var parameters: Int?
    /// On the training split, by its logits as the students' batches give them.
    public var pipelineAccuracy: Double
    public var validation: Evaluation
    /// Known from the final stage on; the test split is not touched before.
    public var test: Evaluation?
    /// Of the file of its weights, or of what else its answers come from, by which a change is noticed.
    public var weightsHash: String
    /// Of the tensors alone, the same wherever the same weights are; nil in journals of versions that did not
    /// take it.
    public var tensorsHash: String?
    /// What the evaluations leave out; nil in journals of versions that did not look.
    public var validationOutcome: SplitOutcome?
    public var testOutcome: SplitOutcome?
    /// Of its logits on the training split, which is all that students see of it where its view is the clean
    /// one; nil in journals of versions that did not take it.
    public var logitsHash: String?
    /// Of an ensemble what is known of each member, in the order of `study.json`; nil for others.
    public var members: [Member]?
    /// What people should know of it; nil if there is nothing.
    public var notes: [String]?

    /// A teacher of an ensemble.
    public struct Member: Hashable, Sendable, Codable {
      public var validation: Evaluation
    }

    enum CodingKeys: String, CodingKey {
      case identity, macs, parameters, validation, test, members, notes
      case logitsHash = "logits_sha256"
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
    public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
      case measured
      case diverged
      // Lost, as `TaskLoss` has it.
      case crashed
      case outOfMemory = "out_of_memory"
      case timedOut = "timed_out"
      case failed
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
    /// Of a loss, what was seen of it, for people; nil in journals of versions that did not say.
    public var note: String?
    /// Where it was trained, if that is another kind of processor than the study was begun on.
    public var machine: ResultMachine?

    package init(
      trial: Int, outcome: Outcome, validation: Evaluation?, seconds: Double, steps: Int,
      rungs: [RungEvaluation]? = nil, fraction: Double? = nil, repeats: [Evaluation]? = nil,
      note: String? = nil
    ) {
      (self.trial, self.outcome, self.validation) = (trial, outcome, validation)
      (self.seconds, self.steps, self.rungs) = (seconds, steps, rungs)
      (self.fraction, self.repeats, self.note) = (fraction, repeats, note)
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

    /// Says why there are fewer trials than were asked for; nil if there are not.
    ///
    /// - Parameter wanted: `search.trials`.
    public func exhaustion(wanted: Int) -> String? {
      guard isExhausted, trials < wanted else { return nil }
      return
        "the search has ended after \(trials) of \(wanted) trials: no student is left that meets the "
        + "constraints and has not been tried"
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
