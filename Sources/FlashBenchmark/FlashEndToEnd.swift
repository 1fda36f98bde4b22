import BayesianOptimization
import HardwareProfiles
import ParetoFronts
import Studies

/// What a study would have found: all students scored by a flash recipe, some of them chosen for the full
/// training as a study chooses its finalists, against full trainings for all.
struct FlashEndToEnd {
  /// What one number of finalists comes to.
  struct Outcome: Sendable {
    let finalists: Int
    /// The hypervolume of the finalists' front as a share of that of all students.
    let share: Double
    /// The same for as many students chosen with all full results known.
    let hindsight: Double
    /// Compute of the flash trainings and the finalists' full ones, as a share of that of full
    /// trainings for all.
    let compute: Double
  }

  private let results: BenchmarkResults
  private let selection: FinalistSelection
  private let score: FrontScore
  /// The students with a full result, and their front's points.
  private let points: [(student: Int, point: [Double])]

  /// The compute that a study may take.
  static let computeLimit = 0.15
  /// More finalists are not looked at.
  private static let mostFinalists = 40

  /// Nil until all students have been trained both ways, or if no student is better than another.
  init?(_ results: BenchmarkResults, inputs: StudyInputs) {
    var definition = inputs.definition
    let recipe = results.definition.headline
    guard
      let flash = try? results.definition.recipes[recipe].variant.flashRecipe(in: definition)
    else { return nil }
    definition.flash = flash
    guard
      results.students.indices.allSatisfy({
        results.full($0) != nil && results.flash(recipe, $0) != nil
      })
    else { return nil }
    let accuracies = results.students.indices.map {
      results.full($0)?.validation?.accuracy ?? .nan
    }
    let costs = results.students.map { definition.firstCost($0.costs) }
    guard let worst = accuracies.filter({ !$0.isNaN }).min(),
      let score = try? FrontScore(
        values: accuracies, costs: [costs], isAllowed: accuracies.map { !$0.isNaN },
        referenceValue: worst)
    else { return nil }
    (self.results, self.score) = (results, score)
    points = accuracies.indices.filter { !accuracies[$0].isNaN }.map {
      ($0, [accuracies[$0], -costs[$0]])
    }
    selection = FinalistSelection(
      definition: definition, space: inputs.space,
      session: SearchSession(StudentPricing(inputs: inputs).problem(teacher: results.teacher)))
  }

  /// Returns what the largest number of finalists comes to whose compute keeps the limit; nil if one is too
  /// many.
  func affordable() throws -> Outcome? {
    var best: Outcome?
    for count in 1...min(FlashEndToEnd.mostFinalists, results.students.count) {
      let outcome = try outcome(finalists: count)
      guard outcome.compute <= FlashEndToEnd.computeLimit else { break }
      best = outcome
    }
    return best
  }

  /// Returns what `count` finalists come to.
  func outcome(finalists count: Int) throws -> Outcome {
    let chosen = try chosen(count)
    let hindsight = FrontChoice.indices(of: points.map(\.point), count: count)
    let all = results.students.indices
    let fullCompute = { (students: any Sequence<Int>) -> Double in
      students.reduce(0) { $0 + (results.full($1)?.compute ?? 0) }
    }
    let flashCompute = all.reduce(0) {
      $0 + (results.flash(results.definition.headline, $1)?.compute ?? 0)
    }
    return Outcome(
      finalists: count, share: score.share(of: chosen),
      hindsight: score.share(of: hindsight.map { points[$0].student }),
      compute: (flashCompute + fullCompute(chosen)) / fullCompute(all))
  }

  /// Chooses finalists as a study does, round by round, from the flash trials and the full trainings of the
  /// rounds before.
  private func chosen(_ count: Int) throws -> [Int] {
    var selection = selection
    selection.definition.finalists = FinalistSettings(count: count, seeds: 1, baseline: false)
    var state = StudyState()
    for (trial, student) in results.students.enumerated() {
      state.apply(
        .proposed(JournalEvent.Proposed(trial: trial, key: student.key, costs: student.costs)))
    }
    for trial in results.students.indices {
      let record = results.flash(results.definition.headline, trial)
      state.apply(
        .finished(
          JournalEvent.Finished(
            trial: trial, outcome: record?.validation == nil ? .diverged : .measured,
            validation: record?.validation, seconds: 0, steps: record?.steps ?? 0)))
    }
    while true {
      let known = state.finalists ?? []
      let next = try selection.nextRound(state)
      if next.count == known.count { return next }
      state.apply(.selected(JournalEvent.Selected(trials: next)))
      for trial in next.dropFirst(known.count) {
        let validation = results.full(trial)?.validation
        state.apply(
          .distilled(
            JournalEvent.Distilled(
              trial: trial, repetition: 0, isBaseline: false,
              outcome: validation == nil ? .diverged : .measured, validation: validation,
              test: nil, seconds: 0, steps: 0)))
      }
    }
  }
}
