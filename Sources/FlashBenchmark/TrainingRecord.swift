import Distillation

/// What became of one training of a benchmark: a line of its `runs.jsonl`.
struct TrainingRecord: Hashable, Sendable, Codable {
  enum Kind: String, Hashable, Sendable, Codable {
    case full
    case flash
  }

  enum Outcome: String, Hashable, Sendable, Codable {
    case measured
    case diverged
    /// The worker died twice.
    case crashed
  }

  /// What tells a training from all others.
  struct ID: Hashable, Sendable {
    var identity: String
    var key: String
    var repetition: Int
  }

  var kind: Kind
  /// The recipe's name when it was trained, for people; nil for a full training.
  var recipe: String?
  /// A hash of everything that the result depends on as well as student and repetition.
  var identity: String
  var key: String
  var repetition: Int
  var outcome: Outcome
  var validation: Evaluation?
  /// Of full trainings.
  var test: Evaluation?
  var seconds: Double
  var steps: Int
  /// Images trained on.
  var images: Int
  /// Images that passed forward for the batch-norm statistics.
  var statisticsImages: Int
  /// Of the student, forward, per image.
  var macs: Int
  /// Of the student, forward and backward, per image.
  var trainingMACs: Int

  enum CodingKeys: String, CodingKey {
    case kind, recipe, identity, key, repetition, outcome, validation, test, seconds, steps
    case images, macs
    case statisticsImages = "statistics_images"
    case trainingMACs = "training_macs"
  }
}

extension TrainingRecord {
  var id: ID { ID(identity: identity, key: key, repetition: repetition) }

  /// Multiply–accumulates of the whole training.
  var compute: Double {
    Double(images) * Double(trainingMACs) + Double(statisticsImages) * Double(macs)
  }
}
