import Distillation

/// What a worker is asked to do; one JSON object per line on its standard input.
struct WorkerTask: Hashable, Sendable, Codable {
  /// A kind of training.
  enum Kind: String, Hashable, Sendable, Codable {
    case flash
    case distill
    case baseline
    /// No training: a fully distilled student on the test split.
    case test
  }

  /// Chosen by the sender; the answer repeats it.
  var id: Int
  var kind: Kind
  /// The trial that it is for; nil for a reference design, which is none.
  var trial: Int?
  var key: String
  /// Which repetition of a training: another seed.
  var repetition: Int
  /// Where a flash training is examined on its way, ascending; nil in a study without rungs.
  var rungs: [Rung]?
  /// What a flash training does differently from the study's; nil in a study.
  var variant: FlashVariant?
  /// The fraction of a flash training, where it is not the study's own.
  var fraction: Double?
  /// Whether a flash training that ends well is repeated with another seed; nil: it is not.
  var isRepeated: Bool?
  /// Whether a full training leaves the test split alone, because the search goes on; nil: it does not.
  var leavesTest: Bool?

  /// A point at which a training may be stopped.
  struct Rung: Hashable, Sendable, Codable {
    /// Steps done.
    var step: Int
    /// The smallest accuracy that goes on; nil if any does.
    var stopBelow: Double?

    enum CodingKeys: String, CodingKey {
      case step
      case stopBelow = "stop_below"
    }
  }
}

extension WorkerTask {
  /// The trial that it is for, of a task that is known to have one.
  var trialNumber: Int {
    guard let trial else { preconditionFailure("task \(id) (\(key)) is for no trial") }
    return trial
  }

  /// Returns whether the training goes on with this accuracy after so many steps.
  func goesOn(with accuracy: Double, after step: Int) -> Bool {
    guard let stopBelow = rungs?.first(where: { $0.step == step })?.stopBelow else { return true }
    return accuracy >= stopBelow
  }
}

/// What a worker says; one JSON object per line on its standard output.
struct WorkerReply: Hashable, Sendable, Codable {
  /// How far a task has come.
  enum Status: String, Hashable, Sendable, Codable {
    case ready
    case progress
    case measured
    case diverged
    /// The task's accuracy was too low at its last rung.
    case stopped
    /// The worker cannot go on; `message` says why.
    case failed
  }

  /// The task's number; −1 where there is none.
  var id: Int
  var status: Status
  /// The share of the task that is done, 0…1.
  var share: Double?
  var validation: Evaluation?
  var test: Evaluation?
  var seconds: Double?
  var steps: Int?
  var rungs: [RungEvaluation]?
  /// The same training with other seeds.
  var repeats: [Evaluation]?
  var message: String?
}
