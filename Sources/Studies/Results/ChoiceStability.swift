import Distillation
import FileFormats
import Foundation

/// How often a study would have chosen the same students, had chance been other.
public struct ChoiceStability: Hashable, Sendable, Codable {
  public static let format = "autodistill-stability/1"

  /// What differs from repetition to repetition.
  public enum Variation: String, Hashable, Sendable, Codable, CaseIterable {
    /// Which images the validation split holds.
    case images
    /// The seeds of the trainings.
    case seeds
    case both

    var hasImages: Bool { self != .seeds }
    var hasSeeds: Bool { self != .images }
  }

  /// A student that some repetition has chosen.
  public struct Share: Hashable, Sendable, Codable {
    public var trial: Int
    public var key: String
    /// The share of the repetitions in which it is chosen, its full training included in what was chosen again.
    public var chosen: Double
    /// The share of the repetitions in which it is the most accurate of the students that the study has fully
    /// trained: the probability that it is, where nothing but their trainings is known.
    public var best: Double
  }

  /// The student chosen, against the next one.
  public struct RunnerUp: Hashable, Sendable, Codable {
    public var trial: Int
    /// By how much the chosen student is more accurate on the validation split, with its 95 % interval.
    public var difference: Double
    public var low: Double
    public var high: Double
    /// Two-sided.
    public var pValue: Double
    /// As `AccuracyDifference.Method` names it.
    public var test: String

    enum CodingKeys: String, CodingKey {
      case trial, difference, low, high, test
      case pValue = "p_value"
    }
  }

  /// What is chosen within one budget.
  public struct Choice: Hashable, Sendable, Codable {
    /// Nil in a study without budgets and limits.
    public var budget: String?
    /// The trial that the study chooses.
    public var trial: Int
    /// The most frequent first.
    public var students: [Share]
    /// The share of the repetitions in which no student keeps the budget.
    public var none: Double
    /// Of the choice, in bits: 0 where it is always the same.
    public var entropyBits: Double
    /// Nil where there was nobody else to choose.
    public var runnerUp: RunnerUp?

    enum CodingKeys: String, CodingKey {
      case budget, trial, students, none
      case entropyBits = "entropy_bits"
      case runnerUp = "runner_up"
    }

    /// The share of the repetitions that choose as the study does.
    public var share: Double { students.first { $0.trial == trial }?.chosen ?? 0 }
    /// The share of the repetitions in which the chosen student is the best of those that were trained.
    public var probabilityOfBest: Double { students.first { $0.trial == trial }?.best ?? 0 }
  }

  public var format = ChoiceStability.format
  /// Of the results that were repeated: what is known of others says nothing of these.
  public var evidence: String
  public var repetitions: Int
  public var varied: Variation
  /// Whether full trainings were resampled image by image, the same images for all, and not each as if on others.
  public var isPaired: Bool
  /// By what standard deviation of the accuracy students with a single training were varied.
  public var trainingDeviation: Double
  /// Whether that is assumed, since no student was trained twice.
  public var assumesTrainingDeviation: Bool
  /// How many of a repetition's fully trained students the study has not trained, on average: what they come to is drawn from
  /// what flash predicts.
  public var imagined: Double
  /// For each budget that the study asks about.
  public var choices: [Choice]

  enum CodingKeys: String, CodingKey {
    case format, evidence, repetitions, varied, imagined, choices
    case isPaired = "paired"
    case trainingDeviation = "training_deviation"
    case assumesTrainingDeviation = "assumes_training_deviation"
  }
}

extension ChoiceStability {
  /// Returns what is kept in a study's folder; nil if nothing is, or nothing that can be read.
  public static func known(in folder: StudyFolder) -> ChoiceStability? {
    guard let data = FileManager.default.contents(atPath: folder.stability),
      let known = try? JSONDecoder().decode(ChoiceStability.self, from: data),
      known.format == format
    else { return nil }
    return known
  }

  /// Returns the entropy of a choice in bits: 0 where it is always the same, 1 where two are chosen equally often.
  ///
  /// - Parameter shares: How often each is chosen; their sum is 1.
  static func entropyBits(of shares: [Double]) -> Double {
    shares.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }

  /// Returns what a stability depends on: flash and full results, and what the study asks for.
  public static func evidence(_ definition: StudyDefinition, _ state: StudyState) -> String {
    let flash = state.trials.map { "\($0.key):\($0.result?.validation?.correct ?? -1)" }
    let full = state.distilled.filter { !$0.isBaseline }
      .map { "\($0.trial).\($0.repetition):\($0.validation?.correct ?? -1)" }.sorted()
    let asked = definition.askedBudgets.map { "\($0.name):\($0.constraints)" }
    let parts = flash + full + asked + ["\(definition.finalists.count)", "\(state.fullTrials)"]
    return String(ContentHash.hexadecimal(of: parts.joined(separator: "|")).prefix(24))
  }
}
