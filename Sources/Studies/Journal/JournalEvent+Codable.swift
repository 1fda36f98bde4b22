extension JournalEvent: Codable {
  private enum Kind: String, Codable {
    case began, grown, priced
    case teacherReady = "teacher_ready"
    case teacherTested = "teacher_tested"
    case screened
    case flashLength = "flash_length"
    case imported
    case enqueued, told, merged
    case proposed
    case finished
    case rescored
    case audited
    case nothingFeasible = "nothing_feasible"
    case searchEnded = "search_ended"
    case selected
    case distilled
    case tested
    case referencesChosen = "references_chosen"
    case referenceTrained = "reference_trained"
    case measured
    case robustnessTested = "robustness_tested"
    case stageTimed = "stage_timed"
    case kept
  }

  private enum CodingKeys: String, CodingKey {
    case event
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Kind.self, forKey: .event) {
    case .began: self = .began(try Began(from: decoder))
    case .grown: self = .grown(try Grown(from: decoder))
    case .priced: self = .priced(try Priced(from: decoder))
    case .teacherReady: self = .teacherReady(try TeacherReady(from: decoder))
    case .teacherTested: self = .teacherTested(try TeacherTested(from: decoder))
    case .screened: self = .screened(try Screened(from: decoder))
    case .flashLength: self = .flashLength(try FlashLength(from: decoder))
    case .imported: self = .imported(try Imported(from: decoder))
    case .enqueued: self = .enqueued(try Enqueued(from: decoder))
    case .told: self = .told(try Told(from: decoder))
    case .merged: self = .merged(try Merged(from: decoder))
    case .proposed: self = .proposed(try Proposed(from: decoder))
    case .finished: self = .finished(try Finished(from: decoder))
    case .rescored: self = .rescored(try Rescored(from: decoder))
    case .audited: self = .audited(try Audited(from: decoder))
    case .nothingFeasible: self = .nothingFeasible(try NothingFeasible(from: decoder))
    case .searchEnded: self = .searchEnded(try SearchEnded(from: decoder))
    case .selected: self = .selected(try Selected(from: decoder))
    case .distilled: self = .distilled(try Distilled(from: decoder))
    case .tested: self = .tested(try Tested(from: decoder))
    case .referencesChosen: self = .referencesChosen(try ReferencesChosen(from: decoder))
    case .referenceTrained: self = .referenceTrained(try ReferenceTrained(from: decoder))
    case .measured: self = .measured(try Measured(from: decoder))
    case .robustnessTested: self = .robustnessTested(try RobustnessTested(from: decoder))
    case .stageTimed: self = .stageTimed(try StageTimed(from: decoder))
    case .kept: self = .kept(try Kept(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func write(_ kind: Kind, _ value: some Encodable) throws {
      try container.encode(kind, forKey: .event)
      try value.encode(to: encoder)
    }
    switch self {
    case .began(let value): try write(.began, value)
    case .grown(let value): try write(.grown, value)
    case .priced(let value): try write(.priced, value)
    case .teacherReady(let value): try write(.teacherReady, value)
    case .teacherTested(let value): try write(.teacherTested, value)
    case .screened(let value): try write(.screened, value)
    case .flashLength(let value): try write(.flashLength, value)
    case .imported(let value): try write(.imported, value)
    case .enqueued(let value): try write(.enqueued, value)
    case .told(let value): try write(.told, value)
    case .merged(let value): try write(.merged, value)
    case .proposed(let value): try write(.proposed, value)
    case .finished(let value): try write(.finished, value)
    case .rescored(let value): try write(.rescored, value)
    case .audited(let value): try write(.audited, value)
    case .nothingFeasible(let value): try write(.nothingFeasible, value)
    case .searchEnded(let value): try write(.searchEnded, value)
    case .selected(let value): try write(.selected, value)
    case .distilled(let value): try write(.distilled, value)
    case .tested(let value): try write(.tested, value)
    case .referencesChosen(let value): try write(.referencesChosen, value)
    case .referenceTrained(let value): try write(.referenceTrained, value)
    case .measured(let value): try write(.measured, value)
    case .robustnessTested(let value): try write(.robustnessTested, value)
    case .stageTimed(let value): try write(.stageTimed, value)
    case .kept(let value): try write(.kept, value)
    }
  }
}
