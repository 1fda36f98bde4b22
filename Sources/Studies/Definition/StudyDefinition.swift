import BayesianOptimization
import Datasets
import Distillation
import FileFormats
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Teachers
import TensorKernels

/// What a study asks for: the contents of `study.json`.
public struct StudyDefinition: Sendable {
  public static let format = "autodistill-study/1"

  public var name: String
  /// All random numbers of the study come from this seed.
  public var seed: UInt64
  public var data: DatasetDefinition
  public var teacher: TeacherDefinition
  /// The search-space file, relative to the study's folder.
  public var searchSpace: String
  /// Decisions of the space that are not left open.
  public var fix: [FixedDecision]
  /// The hardware-profile files, relative to the study's folder.
  public var hardware: [String]
  /// What a cost means that differs from device to device and names none of several.
  public var devices: DevicePolicy
  /// The known costs that students are compared by, as well as by the accuracy: those of `minimize`, or else
  /// those that budgets and constraints limit.
  public var objectives: [DeviceMetric]
  /// Whether the front over all costs is asked for (`minimize`), and not only the best student within each
  /// budget.
  public var asksForFront = true
  public var constraints: [Constraint]
  /// The accuracy, 0…1, below which a student is of no use; nil: none is asked for.
  public var accuracyFloor: Double?
  /// The probability with which predicted costs must keep their bounds.
  public var confidence: Confidence
  /// The study returns the best student of each; empty for the front alone.
  public var budgets: [Budget]
  public var search: SearchSettings
  public var flash: FlashRecipe
  /// The full training; of a study that searches the recipe, the default one, and in what
  /// `StudyInputs.definition(ofKey:)` returns, the student's.
  public var full: Recipe
  /// What flash trainings are the short form of, where it is not `full`.
  var flashOverride: Recipe?
  /// All recipes that the search may choose.
  var recipes: StudyRecipes
  /// What students compute in on the device: accuracies and costs are of this arithmetic. Flash trainings
  /// are fp32.
  public var precision = Precision.fp32
  /// Whether `study.json` says so, and not only the default.
  var statesPrecision = false
  /// How students are quantised; nil in fp32.
  public var quantization: QuantizationSettings?
  public var finalists: FinalistSettings
  public var audit: AuditSettings
  /// How the final students are timed on the device; nil for this machine, if the profile is its own.
  public var measure: MeasureSettings?
  /// How the final students are tested on corrupted images; nil: not at all.
  public var robustness: RobustnessSettings? = .defaults
  /// Which reference designs of the space are trained as well; nil for the default.
  public var references: ReferenceChoice?
  /// Whether full trainings are added that tell the architecture's part of the gain from the recipe's.
  public var attribution = false
  /// Folders of earlier studies on the same search space, relative to the study's.
  public var warmStart: [String]
  /// Worker processes; nil for as many as the machine has cores.
  public var workers: Int?
  /// What one training may take.
  public var trialLimits = TrialLimits()
  /// Where students are trained.
  public var executor = ExecutorSettings()
  /// The definition as canonical text, without `workers`, `trial_limits` and `executor`, which may change, and
  /// without `measure` and `robustness`, which come after all of them.
  public var identity: String
  /// The whole of `study.json`, for the journal.
  let json: JSONValue
}

/// What a cost means that differs from device to device and names none of several.
public enum DevicePolicy: String, Hashable, Sendable, CaseIterable {
  /// Nothing: every such cost names its device.
  case named
  /// The largest over all devices; a bound holds on each.
  case worstCase = "worst_case"
}

/// How students are proposed.
public struct SearchSettings: Hashable, Sendable {
  public var sampler: SamplerKind
  /// Students to score with flash distillation.
  public var trials: Int
  /// Students spread over the costs, before the surrogate chooses.
  public var initialTrials: Int
  /// Trial n is proposed from the results of trials up to n − lookAhead, whatever else has finished,
  /// so that any number of workers up to it proposes the same students.
  public var lookAhead: Int
  /// The student of every n-th trial is flash-distilled twice, to learn how much the seed matters; 0 for
  /// never.
  public var repeatEvery = 8
  /// Where flash trainings are examined and may be stopped; nil if all run to their end.
  public var rungs: RungSettings?
  /// The keys of students to try first, in this order; names of reference designs while only `study.json` has
  /// been read, not the space.
  public var enqueue: [String] = []
  /// What the search decides of the recipe, along with the architecture.
  public var recipe = RecipeDecisions.none
}

/// Where flash trainings are examined on their way, and how many continue.
public struct RungSettings: Hashable, Sendable {
  /// Shares of the steps, ascending, between 0 and 1.
  public var at: [Double]
  /// The share of the students at a rung that continues; `RungRule` says which.
  public var keep: Double
}

extension RungSettings {
  /// Returns after how many of a training's steps it is examined: ascending, each at most once, and
  /// neither before the first step nor after the last.
  public func steps(of total: Int) -> [Int] {
    var steps: [Int] = []
    for share in at {
      let step = Int((share * Double(total)).rounded())
      if step > steps.last ?? 0 && step < total { steps.append(step) }
    }
    return steps
  }
}

/// Which students get the full training, and how often.
public struct FinalistSettings: Hashable, Sendable {
  public var count: Int
  /// Repetitions of each full training with different seeds.
  public var seeds: Int
  /// Whether each is also trained without the teacher for the same steps.
  public var baseline: Bool

  package init(count: Int, seeds: Int, baseline: Bool) {
    (self.count, self.seeds, self.baseline) = (count, seeds, baseline)
  }
}

/// Which students get a full training to see whether flash ranks, and what follows if it does not.
public struct AuditSettings: Hashable, Sendable {
  /// Students, spread over the flash ranks; 0 for no audit beyond the finalists.
  public var count: Int
  /// The share of the study's own trials after which they are chosen and trained, above 0, at most 1.
  public var at: Double
  /// The smallest Spearman correlation of flash and full accuracies with which flash ranks.
  public var smallestCorrelation: Double
  /// By which factor the flash fraction of the remaining trials grows where it does not; 1 for none.
  public var raise: Double

  public static let defaults = AuditSettings(
    count: 4, at: 0.5, smallestCorrelation: 0.5, raise: 2)
}

extension StudyDefinition {
  /// Returns the flash recipe with another fraction; nil stands for the study's own.
  func flash(fraction: Double?) -> FlashRecipe {
    var flash = flash
    flash.fraction = fraction ?? flash.fraction
    return flash
  }
}

extension Recipe {
  /// The full training of a student, as far as a study does not say otherwise.
  public static let studentDefaults = Recipe(
    epochs: 20, batch: 64, weightDecay: 5e-4,
    schedule: LearningRateSchedule(
      shape: .oneCycle, peakRate: 0.2, warmupShare: 0.2, finalShare: 0.01),
    loss: LossWeights(distillation: 0.9, temperature: 4, labelSmoothing: 0))
}

extension FlashRecipe {
  /// 5 % of the images in small batches, more where that is too little for the classes to be learnt.
  public static let defaults = FlashRecipe(
    fraction: 0.05, batch: 16, statisticsBatches: 80, imagesPerClass: 600)
}
