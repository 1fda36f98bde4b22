import Datasets
import FileFormats
import NeuralNetworks
import TensorKernels

/// How a network is trained, whatever its length: everything that a result depends on besides the
/// network, the data and the seed.
public struct Recipe: Hashable, Sendable {
  /// Which view of an image the teacher sees.
  public enum TeacherView: String, Hashable, Sendable, CaseIterable {
    /// The clean image; its logits are cached once. Of a mixed image it is taken to say the mixture of its
    /// probabilities on the two.
    case clean
    /// The augmented image that the student sees; the teacher runs in every step.
    case augmented
    /// The augmented image that the student sees, one of a few fixed views of it; the teacher's logits on all of
    /// them are cached once. Source of the consistent view: Beyer et al., arXiv:2106.05237.
    case stored
  }

  /// Passes over the training split; may be a fraction.
  public var epochs: Double
  /// Images per step.
  public var batch: Int
  /// Slices of a batch, which bounds the threads that can share a step; part of the result's bits.
  public var slices: Int
  public var optimizer: OptimizerRule
  public var weightDecay: Double
  /// The largest norm of a gradient, or nil.
  public var clipNorm: Double?
  public var schedule: LearningRateSchedule
  /// The teacher's share of the loss, the temperature and the label smoothing.
  public var loss: LossWeights
  /// What is added to that, each with its weight.
  public var losses: [LossTerm] = []
  /// How the student is taught from within its own training, besides by its teacher.
  public var teaching: [TeachingTerm] = []
  /// The trainings that come before the full training of a student; a flash training has none.
  public var chain = TeachingChain.none
  /// Parts of the training that differ, in their order; empty: it is one.
  public var stages: [RecipeStage] = []
  public var augmentation: Augmentation
  /// How other images are mixed into each; empty: not at all.
  public var mix: [ImageMix] = []
  public var teacherView: TeacherView
  /// Views of each image, where they are stored.
  public var storedViews = 8
  /// The share of each batch that are images with a label, where others have none, above 0 and below 1; nil: their
  /// share of the data, as chance brings it.
  public var labeledShare: Double?

  public init(
    epochs: Double, batch: Int, slices: Int = 1,
    optimizer: OptimizerRule = .sgd(momentum: 0.9, nesterov: true), weightDecay: Double,
    clipNorm: Double? = nil, schedule: LearningRateSchedule, loss: LossWeights,
    augmentation: Augmentation = .none, teacherView: TeacherView = .clean
  ) {
    (self.epochs, self.batch, self.slices) = (epochs, batch, slices)
    (self.optimizer, self.weightDecay, self.clipNorm) = (optimizer, weightDecay, clipNorm)
    (self.schedule, self.loss) = (schedule, loss)
    (self.augmentation, self.teacherView) = (augmentation, teacherView)
  }

  /// Steps in one pass over `count` images; what does not fill a batch is left out of that pass.
  public func stepsPerEpoch(trainingCount count: Int) -> Int { max(1, count / batch) }

  /// Steps of the whole training.
  public func steps(trainingCount count: Int) -> Int {
    max(1, Int((epochs * Double(stepsPerEpoch(trainingCount: count))).rounded()))
  }

  /// What is done on the way: in each stage, or in the one that there is.
  private var parts: [Recipe] { stages.isEmpty ? [self] : stages.map(\.content) }

  /// Whether anything is learnt from a teacher.
  public var usesTeacher: Bool {
    parts.contains { $0.loss.distillation > 0 || $0.losses.contains { $0.needsTeacher } }
  }

  /// Whether inner features of student and teacher are compared.
  public var comparesFeatures: Bool {
    parts.contains { $0.losses.contains { $0.comparesFeatures } }
  }

  /// The same recipe without a teacher: labels alone.
  public var withoutTeacher: Recipe {
    var recipe = self
    recipe.loss.distillation = 0
    recipe.losses.removeAll { $0.needsTeacher }
    (recipe.teaching, recipe.chain, recipe.labeledShare) = ([], .none, nil)
    recipe.stages = stages.map(\.withoutTeacher)
    return recipe
  }

  /// Returns the same training without a teacher, of as many steps: where the class of some images is not known,
  /// the others are seen more often.
  public func withoutTeacher(on dataset: PreparedDataset) -> Recipe {
    var recipe = withoutTeacher
    let (before, after) = (
      stepsPerEpoch(trainingCount: trainingCount(of: dataset)),
      stepsPerEpoch(trainingCount: recipe.trainingCount(of: dataset))
    )
    if before != after { recipe.epochs *= Double(before) / Double(after) }
    return recipe
  }

  /// Returns how many images an epoch has: without a teacher those whose class is known.
  public func trainingCount(of dataset: PreparedDataset) -> Int {
    dataset.trainingCount(withTeacher: usesUnlabeledImages)
  }
}

/// The short training that scores a student during the search.
public struct FlashRecipe: Hashable, Sendable {
  /// The share of the full training's images that the short one sees.
  public var fraction: Double
  /// Images per step; fewer than in the full training give more steps for the same images.
  public var batch: Int
  /// Training batches over which batch-norm statistics are taken again before the evaluation.
  public var statisticsBatches: Int
  /// Images per class that the short training sees at least; 0: no such floor. A share alone says nothing
  /// about whether a student has learnt anything: of few images or many classes, 5 % leave it near chance.
  public var imagesPerClass: Int
  /// The fraction that was asked for, before the length was fitted to the data.
  public internal(set) var statedFraction: Double

  /// The largest fraction that the floor leads to: more would be no short training.
  private static let longest = 0.5

  public init(fraction: Double, batch: Int, statisticsBatches: Int, imagesPerClass: Int = 0) {
    (self.fraction, self.batch) = (fraction, batch)
    (self.statisticsBatches, self.imagesPerClass) = (statisticsBatches, imagesPerClass)
    statedFraction = fraction
  }

  /// Returns the recipe with as large a fraction as `imagesPerClass` asks for, at most a half.
  ///
  /// - Parameters:
  ///   - full: The full training.
  ///   - trainingCount: Images of the training split.
  ///   - classes: Classes of the data set.
  public func lengthened(for full: Recipe, trainingCount: Int, classes: Int) -> FlashRecipe {
    let needed = Double(imagesPerClass * classes) / (full.epochs * Double(trainingCount))
    var recipe = self
    recipe.fraction = max(fraction, min(FlashRecipe.longest, needed))
    return recipe
  }

  /// Returns the short form of `full`: the whole schedule, with all its stages and losses, compressed into a share
  /// of the images.
  ///
  /// The peak rate is scaled with the square root of the batch size, which keeps the noise of a step's
  /// update at the same level. Source: Krizhevsky, arXiv:1404.5997, section 5.
  public func compressed(_ full: Recipe) -> Recipe {
    var recipe = full
    recipe.epochs = full.epochs * fraction
    recipe.chain = .none
    recipe.batch = batch
    recipe.slices = min(full.slices, batch)
    let factor = (Double(batch) / Double(full.batch)).squareRoot()
    recipe.schedule.peakRate *= factor
    recipe.stages = full.stages.map { $0.scalingRate(by: factor) }
    return recipe
  }
}
