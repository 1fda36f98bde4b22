/// What a study has still to train once it has its teacher, and how long that takes by what its trainings
/// have taken so far.
public struct RemainingWork: Hashable, Sendable {
  /// Flash trials that have not ended.
  public let flash: Int
  /// Full trainings that have not ended: of the audit, of finalists with and without the teacher, and of
  /// reference designs. How many of these are chosen is not known before the search has ended; then the most
  /// that there may be.
  public let full: Int
  /// What a flash training takes on one thread, in the mean; nil before one has ended.
  public let flashSeconds: Double?
  /// What a full training takes; by the flash trainings before one has ended.
  public let fullSeconds: Double?
  /// Whether `fullSeconds` is the mean of trainings that have ended.
  public let isFullMeasured: Bool
  /// The most flash trainings at once.
  private let lookAhead: Int

  /// - Parameters:
  ///   - definition: With the flash length that the study has found.
  ///   - designs: How many reference designs the search space has.
  public init(_ definition: StudyDefinition, _ state: StudyState, designs: Int) {
    let searches = state.searchEnded == nil && state.nothingFeasible == nil
    let ended = state.ownTrials.count { $0.result != nil }
    lookAhead = definition.search.lookAhead
    flash = searches ? max(0, definition.search.trials - ended) : 0
    full =
      state.nothingFeasible != nil
      ? 0
      : RemainingWork.finalistTrainings(definition, state, searches: searches)
        + RemainingWork.auditTrainings(definition, state, searches: searches)
        + RemainingWork.referenceTrainings(definition, state, designs: designs)
    // What was measured last is done at the present fraction.
    let fraction = state.raisedFraction
    let flashes = state.ownTrials.compactMap(\.result).filter { $0.outcome == .measured }
    let present = flashes.filter { $0.fraction == fraction }
    let scale = (fraction ?? definition.flash.fraction) / definition.flash.fraction
    flashSeconds =
      mean(present.map(\.seconds)) ?? mean(flashes.map(\.seconds)).map { $0 * scale }
    let fulls =
      state.distilled.filter { $0.outcome == .measured && $0.source == nil }.map(\.seconds)
      + state.referenceTrainings.filter { $0.outcome == .measured && $0.source == nil }
      .map(\.seconds)
    isFullMeasured = !fulls.isEmpty
    fullSeconds =
      mean(fulls) ?? flashSeconds.map { $0 / (fraction ?? definition.flash.fraction) }
  }

  /// Returns how long the rest takes; nil where nothing is known of it yet.
  ///
  /// - Parameters:
  ///   - workers: Tasks at once.
  ///   - running: What is done of it already, by the shares of running trainings.
  public func seconds(workers: Int, running: [RunningTraining] = []) -> Double? {
    func done(_ kinds: [RunningTraining.Kind]) -> Double {
      running.filter { kinds.contains($0.kind) }.reduce(0) { $0 + $1.share }
    }
    if flash == 0 && full == 0 { return 0 }
    guard let flashSeconds = flash == 0 ? 0 : flashSeconds,
      let fullSeconds = full == 0 ? 0 : fullSeconds
    else { return nil }
    let flashes = max(0, Double(flash) - (flash == 0 ? 0 : done([.flash])))
    let fulls = max(0, Double(full) - done([.full, .baseline]))
    return flashes * flashSeconds / Double(max(1, min(workers, lookAhead)))
      + fulls * fullSeconds / Double(max(1, workers))
  }
}

extension RemainingWork {
  private static func finalistTrainings(
    _ definition: StudyDefinition, _ state: StudyState, searches: Bool
  ) -> Int {
    let settings = definition.finalists
    let kinds = settings.baseline ? [false, true] : [false]
    let measured = state.trials.count { $0.flashAccuracy != nil }
    let chosen = state.finalists ?? []
    let most = searches ? settings.count : min(settings.count, measured)
    let open = chosen.reduce(0) { sum, trial in
      sum
        + (0..<settings.seeds).reduce(0) { sum, repetition in
          sum
            + kinds.count { isBaseline in
              state.distillation(of: trial, repetition: repetition, isBaseline: isBaseline) == nil
            }
        }
    }
    let counted = chosen.count - state.uncountedFinalists.count
    return open + max(0, most - counted) * settings.seeds * kinds.count
  }

  private static func auditTrainings(
    _ definition: StudyDefinition, _ state: StudyState, searches: Bool
  ) -> Int {
    guard searches, state.audited == nil else { return 0 }
    // Before the audit has ended, nothing else has been trained fully.
    return max(0, definition.audit.count - state.distilled.count)
  }

  private static func referenceTrainings(
    _ definition: StudyDefinition, _ state: StudyState, designs: Int
  ) -> Int {
    let seeds = definition.finalists.seeds
    if let progress = state.referenceProgress(seeds: seeds) { return progress.of - progress.ended }
    let most =
      switch definition.referenceChoice {
      case .none: 0
      case .all: designs
      case .nearest(let count): min(designs, count * max(1, definition.askedBudgets.count))
      case .named(let names): names.count
      }
    return (most + (definition.attribution ? AttributionControls.most : 0)) * seeds
  }
}

/// Returns the mean; nil of nothing.
private func mean(_ values: [Double]) -> Double? {
  values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
