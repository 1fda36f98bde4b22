import FileFormats
import NeuralNetworks

/// A way in which a student is taught from within its own training, as a recipe states it.
///
/// Each kind is one file with its rule and a line in `TeachingTable.rules`. It may add losses, and peers: networks that
/// go through the training and are dropped with it.
public protocol TeachingRule: Hashable, Sendable {
  /// The name in files, the value of `"kind"`.
  static var kind: String { get }
  /// The fields besides `kind`.
  static var keys: [String] { get }
  /// The formula and its source, on one line, for the table of ways.
  static var summary: String { get }
  /// Whether an image teaches the student something though its class is not known.
  static var usesUnlabeledImages: Bool { get }

  /// Reads the rule's own fields; what is left out has its usual value.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers) throws(JSONError)

  /// The rule's numbers on one line: equal texts are equal lessons. Part of `Recipe.identity`.
  var identity: String { get }

  /// The keys of other students of the search space that take part.
  var partners: [String] { get }

  /// What the rule asks the teacher besides its answers to the images of a batch, in words; nil: nothing.
  var questionToTeacher: String? { get }

  /// Checks that a student has what the rule needs of it.
  ///
  /// - Throws: `LossError` where the student cannot be taught in this way.
  func check(_ student: Network) throws(LossError)

  /// Returns what it adds to a training.
  ///
  /// - Throws: `LossError` where the student cannot be taught in this way.
  func lesson(on site: TeachingSite) throws(LossError) -> Lesson
}

extension TeachingRule {
  public var partners: [String] { [] }

  public var questionToTeacher: String? { nil }

  public func check(_ student: Network) {}
}

/// The training that something is taught in.
public struct TeachingSite: Sendable {
  /// The student's.
  public let network: Network
  public let recipe: Recipe
  /// Keys what a lesson draws.
  public let seed: UInt64
  /// Other students by their keys, those of `TeachingRule.partners`.
  public let partners: [String: Network]
  /// Steps of the whole training.
  public let steps: Int
  /// Which classes the teacher mixes up; nil where there is no teacher.
  public var affinity: (@Sendable () -> ClassAffinity)?
  /// How many peers other lessons have already: the place of this one's first.
  public var firstPeer = 0

  public init(
    network: Network, recipe: Recipe, steps: Int, seed: UInt64, partners: [String: Network] = [:],
    affinity: (@Sendable () -> ClassAffinity)? = nil
  ) {
    (self.network, self.recipe, self.steps) = (network, recipe, steps)
    (self.seed, self.partners, self.affinity) = (seed, partners, affinity)
  }

  var classes: Int { network.outputShape.channels }

  /// What the recipe makes small, but for the losses that compare inner features, which are the student's own.
  var logitLoss: any TrainingLoss {
    get throws(LossError) { try recipeLoss.loss }
  }

  /// What of it is a sum over images.
  var imageLoss: any TrainingLoss {
    get throws(LossError) { try recipeLoss.imageLoss }
  }

  private var recipeLoss: RecipeLoss {
    get throws(LossError) {
      try RecipeLoss(
        TrainingStages(recipe, steps: steps), student: network, teacher: nil,
        comparesFeatures: false)
    }
  }
}

/// What a way of teaching adds to a training.
public struct Lesson: Sendable {
  /// Added to the student's loss.
  public var loss: any TrainingLoss
  /// In the order of their places.
  public var peers: [any TrainingPeer] = []
  /// The mean of the student's weights, where that is the result of the training in the place of the student.
  public var result: AveragedPeer?
  /// The branches of the student, which are what it is while it is branched.
  public var branches: BranchedPeer?

  init(
    _ loss: any TrainingLoss, peers: [any TrainingPeer] = [], result: AveragedPeer? = nil,
    branches: BranchedPeer? = nil
  ) {
    (self.loss, self.peers, self.result) = (loss, peers, result)
    self.branches = branches
  }
}
