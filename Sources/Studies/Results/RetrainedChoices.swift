import Comparisons

/// What a study chooses where everything is trained again with other seeds, next to what it has chosen.
///
/// Students are known by their keys: a repetition tries them in another order, and others.
public struct RetrainedChoices: Hashable, Sendable, Codable {
  public static let format = "autodistill-retrained/1"

  /// A student that the study or a repetition has chosen.
  public struct Share: Hashable, Sendable, Codable {
    public var key: String
    /// The share of the repetitions that choose it.
    public var chosen: Double
    /// The share of the repetitions that have fully trained it within the budget.
    public var trained: Double
  }

  /// How accurate the students are that the repetitions choose.
  public struct Spread: Hashable, Sendable, Codable {
    /// `test`, by which nothing was chosen, or `validation` where a repetition has not looked at it.
    public var split: String
    public var mean: Double
    /// From repetition to repetition; nil of one.
    public var deviation: Double?
  }

  /// The study's student against its next best, by the trainings of repetitions that have trained both.
  public struct RunnerUp: Hashable, Sendable, Codable {
    public var key: String
    /// How many repetitions have.
    public var repetitions: Int
    /// As in `Spread`.
    public var split: String
    /// By how much the study's student is more accurate, with the 95 % interval.
    public var difference: Double
    public var low: Double
    public var high: Double
    /// Two-sided.
    public var pValue: Double
    /// As `AccuracyDifference.Method` names it.
    public var test: String

    enum CodingKeys: String, CodingKey {
      case key, repetitions, split, difference, low, high, test
      case pValue = "p_value"
    }
  }

  /// What is chosen within one budget.
  public struct Choice: Hashable, Sendable, Codable {
    /// Nil in a study without budgets and limits.
    public var budget: String?
    /// The trial that the study chooses, and its key.
    public var trial: Int
    public var key: String
    /// The most frequent first.
    public var students: [Share]
    /// The share of the repetitions in which no student keeps the budget.
    public var none: Double
    /// Of the repetitions' choice, in bits: 0 where it is always the same, at most log₂ of their number.
    public var entropyBits: Double
    /// The probability that as many repetitions choose the study's student as do, where each chooses at random among
    /// those that it has fully trained within the budget.
    public var chance: Double
    /// Nil where no repetition chooses anybody.
    public var accuracy: Spread?
    /// Nil where the study had nobody else to choose, or no repetition has trained both.
    public var runnerUp: RunnerUp?

    enum CodingKeys: String, CodingKey {
      case budget, trial, key, students, none, accuracy
      case entropyBits = "entropy_bits"
      case chance = "p_by_chance"
      case runnerUp = "runner_up"
    }

    /// The share of the repetitions that choose as the study does.
    public var share: Double { students.first { $0.key == key }?.chosen ?? 0 }
  }

  public var format = RetrainedChoices.format
  /// Of the repetitions that have ended, ascending.
  public var seeds: [Int]
  /// Of those that have not, which say nothing.
  public var unfinished: [Int]
  /// For each budget that the study asks about.
  public var choices: [Choice]
}

extension RetrainedChoices {
  /// What one repetition has fully trained.
  struct Repetition {
    var seed: Int
    /// For each budget those that keep it, in the order of the first cost; the most accurate is chosen.
    var candidates: [[StudyResults.Student]]
  }

  /// Compares what repetitions have chosen with what the study has.
  ///
  /// - Parameters:
  ///   - definition: The study's.
  ///   - results: The study's.
  ///   - unfinished: The seeds of further repetitions.
  init(
    _ definition: StudyDefinition, _ results: StudyResults, repetitions: [Repetition],
    unfinished: [Int] = []
  ) {
    (seeds, self.unfinished) = (repetitions.map(\.seed), unfinished)
    choices =
      repetitions.isEmpty
      ? []
      : results.candidates(definition).enumerated().compactMap { place, asked in
        Choice(
          asked.budget?.name, among: asked.students,
          repetitions.map { $0.candidates.indices.contains(place) ? $0.candidates[place] : [] })
      }
  }

  /// Returns the probability that at least so many of independent events come true.
  ///
  /// - Parameter probabilities: Of each event. Their number of true ones has the Poisson binomial distribution, which is
  ///   built up event by event.
  static func chance(ofAtLeast count: Int, _ probabilities: [Double]) -> Double {
    var distribution = [1.0]
    for probability in probabilities {
      var next = distribution.map { $0 * (1 - probability) } + [0]
      for (number, share) in distribution.enumerated() { next[number + 1] += share * probability }
      distribution = next
    }
    return min(1, distribution.dropFirst(count).reduce(0, +))
  }
}

extension RetrainedChoices.Choice {
  /// Nil where the study chooses nobody.
  ///
  /// - Parameters:
  ///   - students: Those of the study that keep the budget.
  ///   - repetitions: Of each repetition those that keep it.
  fileprivate init?(
    _ budget: String?, among students: [StudyResults.Student],
    _ repetitions: [[StudyResults.Student]]
  ) {
    guard let student = students.mostAccurate else { return nil }
    (self.budget, self.trial, self.key) = (budget, student.trial, student.key)
    let chosen = repetitions.map(\.mostAccurate)
    func share(_ count: Int) -> Double { Double(count) / Double(repetitions.count) }
    let key = student.key
    self.students = Set(chosen.compactMap { $0?.key } + [key]).map { key in
      RetrainedChoices.Share(
        key: key, chosen: share(chosen.count { $0?.key == key }),
        trained: share(repetitions.count { $0.contains { $0.key == key } }))
    }.sorted { ($1.chosen, $1.trained, $0.key) < ($0.chosen, $0.trained, $1.key) }
    none = share(chosen.count { $0 == nil })
    entropyBits = ChoiceStability.entropyBits(of: self.students.map(\.chosen) + [none])
    chance = RetrainedChoices.chance(
      ofAtLeast: chosen.count { $0?.key == key },
      repetitions.map { candidates in
        candidates.contains { $0.key == key } ? 1 / Double(candidates.count) : 0
      })
    accuracy = RetrainedChoices.Spread(chosen.compactMap(\.self))
    runnerUp = RetrainedChoices.RunnerUp(
      student, students.filter { $0.trial != student.trial }.mostAccurate, repetitions)
  }
}

extension RetrainedChoices.Spread {
  /// Nil of no students.
  fileprivate init?(_ students: [StudyResults.Student]) {
    guard !students.isEmpty else { return nil }
    let isTested = students.allSatisfy { !$0.test.isEmpty }
    let accuracies = students.map { isTested ? $0.testAccuracy : $0.validationAccuracy }
    split = isTested ? "test" : "validation"
    let mean = accuracies.reduce(0, +) / Double(accuracies.count)
    self.mean = mean
    if accuracies.count > 1 {
      let squares = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviation = (squares / Double(accuracies.count - 1)).squareRoot()
    }
  }
}

extension RetrainedChoices.RunnerUp {
  /// Nil where there is nobody, or no repetition that has trained both.
  fileprivate init?(
    _ student: StudyResults.Student, _ other: StudyResults.Student?,
    _ repetitions: [[StudyResults.Student]]
  ) {
    guard let other else { return nil }
    let pairs = repetitions.compactMap { candidates in
      candidates.first { $0.key == student.key }.flatMap { own in
        candidates.first { $0.key == other.key }.map { (own: own.runs, next: $0.runs) }
      }
    }
    let (own, next) = (pairs.flatMap(\.own), pairs.flatMap(\.next))
    let isTested = (own + next).allSatisfy { $0.test != nil }
    guard let first = isTested ? own.measuredTest : own.measuredValidation,
      let second = isTested ? next.measuredTest : next.measuredValidation
    else { return nil }
    let noise = TrainingNoise([first, second])
    let difference = AccuracyDifference(first, second, noise: (noise, noise))
    self.init(
      key: other.key, repetitions: pairs.count, split: isTested ? "test" : "validation",
      difference: difference.value, low: difference.interval.lowerBound,
      high: difference.interval.upperBound, pValue: difference.pValue,
      test: difference.method.rawValue)
  }
}
