import HardwareProfiles
import Studies

/// Every flash trial of a study, and what its flash training says of the full one: by that accuracy the
/// finalists are chosen.
struct TrialTable: Sendable {
  /// What became of a flash trial.
  enum Outcome: String, Hashable, Sendable {
    case measured
    case diverged
    case crashed
    case outOfMemory = "out_of_memory"
    case timedOut = "timed_out"
    case failed
    /// It fell behind at a rung.
    case stopped
    /// It has not ended.
    case open

    init(_ result: JournalEvent.Finished?) {
      switch result?.outcome {
      case .measured: self = .measured
      case .diverged: self = .diverged
      case .crashed: self = .crashed
      case .outOfMemory: self = .outOfMemory
      case .timedOut: self = .timedOut
      case .failed: self = .failed
      case .stopped: self = .stopped
      case nil: self = .open
      }
    }
  }

  struct Row: Sendable {
    let trial: Int
    let key: String
    let outcome: Outcome
    /// At the end of the flash training; nil if it did not come to its end.
    let flashAccuracy: Double?
    /// The length of the flash training as a share of the full one.
    let flashFraction: Double
    /// The accuracy to expect of the full training, by all that the study knows; nil without a result.
    let projected: FlashEstimate?
    let costs: Costs
    /// Whether the student got the full training.
    let isTrainedFully: Bool
    let isOnFront: Bool
  }

  /// In the order of their numbers.
  let rows: [Row]
  /// Those that a page shows one by one: all, or of very many a selection.
  let shown: [Row]

  /// Whether the page shows a selection.
  var isSelection: Bool { shown.count < rows.count }

  /// Of more trials a page shows a selection: with a mark, a line and a row for each it would become too large.
  static let mostShown = 5000

  init(_ definition: StudyDefinition, _ state: StudyState, _ results: StudyResults) {
    let ladder = AccuracyLadder(definition, state)
    let students = Dictionary(
      results.students.map { ($0.trial, $0.isOnFront) }, uniquingKeysWith: { $1 })
    rows = state.trials.map { trial in
      let raised = trial.number < state.auditedCount ? nil : state.raisedFraction
      let fraction = trial.result == nil ? raised : trial.result?.fraction
      return Row(
        trial: trial.number, key: trial.key, outcome: Outcome(trial.result),
        flashAccuracy: trial.flashAccuracy,
        flashFraction: fraction ?? definition.flash.fraction,
        projected: ladder.afterFullTraining(trial), costs: trial.costs,
        isTrainedFully: students[trial.number] != nil,
        isOnFront: students[trial.number] ?? false)
    }
    shown = TrialTable.selection(of: rows)
  }

  /// Returns at most about `mostShown` trials: those that were trained fully, a quarter of `mostShown` for the most
  /// promising, and of the others evenly many.
  private static func selection(of rows: [Row]) -> [Row] {
    guard rows.count > mostShown else { return rows }
    let promising = rows.indices.filter { rows[$0].projected != nil }.sorted {
      (rows[$1].projected?.accuracy ?? 0, $0) < (rows[$0].projected?.accuracy ?? 0, $1)
    }
    let trained = rows.indices.filter { rows[$0].isTrainedFully }
    let kept = Set(promising.prefix(mostShown / 4) + trained)
    let others = rows.indices.filter { !kept.contains($0) }
    let open = max(0, mostShown - kept.count)
    let even = (0..<open).map { others[$0 * others.count / open] }
    return (kept + even).sorted().map { rows[$0] }
  }
}
