import SearchSpaces

extension JournalEvent {
  /// A text that stands where an architecture's key should be, and is none of any space; nil if there is none.
  ///
  /// Keys name folders. A journal may have been written by anyone, and nothing that it names may lie outside of the
  /// study's folder.
  var impossibleKey: String? { keys.first { !SearchSpace.isKey($0) } }

  private var keys: [String] {
    switch self {
    case .proposed(let value): [value.key]
    case .imported(let value):
      value.sources.flatMap { source -> [String] in
        let trained = (source.trained ?? []).map(\.key)
        return source.carried.map(\.key) + source.related.map(\.key) + trained
      }
    case .enqueued(let value): value.keys
    case .told(let value): [value.training.key]
    case .flashLength(let value): value.keys
    case .nothingFeasible(let value):
      value.leastInfeasible.map(\.key) + (value.limits ?? []).map(\.key)
    case .referencesChosen(let value): value.designs.map(\.key) + value.refused.map(\.key)
    case .referenceTrained(let value): [value.key]
    case .measured(let value): [value.key]
    case .began, .grown, .priced, .teacherReady, .teacherTested, .screened, .merged, .finished,
      .rescored, .audited, .searchEnded, .selected, .distilled, .tested, .robustnessTested,
      .stageTimed, .kept:
      []
    }
  }
}
