import Distillation
import FileFormats
import HardwareProfiles

// What of `study.json` may change once there are results, and what may not: whatever the results in the journal
// depend on stays. `Results/README.md` has the table.

/// A field that may change.
struct GrowthRule: Sendable {
  let field: String
  /// What of the study follows from a change.
  let effects: Set<GrowthEffect>
  /// What the field says, its default where it is not there.
  let value: @Sendable (StudyDefinition) -> String
  /// What the new value would have to be; nil where it may be what it is.
  let expectation: @Sendable (_ old: StudyDefinition, _ new: StudyDefinition) -> String?

  init(
    _ field: String, _ effects: Set<GrowthEffect>,
    _ value: @escaping @Sendable (StudyDefinition) -> String,
    expecting expectation: @escaping @Sendable (StudyDefinition, StudyDefinition) -> String? = {
      _, _ in nil
    }
  ) {
    (self.field, self.effects, self.value, self.expectation) = (field, effects, value, expectation)
  }

  /// What a new question about the costs leads to.
  static let newQuestion: Set<GrowthEffect> = [.search, .costs, .finalists, .references]

  /// Those that only count upwards, then those of the question.
  static let all: [GrowthRule] = [
    GrowthRule("search.trials", [.search, .finalists], { "\($0.search.trials)" }) {
      $1.search.trials > $0.search.trials ? nil : "at least \($0.search.trials)"
    },
    GrowthRule("search.enqueue", [.search], { list($0.search.enqueue) }) { old, new in
      new.search.enqueue.starts(with: old.search.enqueue)
        ? nil : "the students that were there, and new ones behind them"
    },
    GrowthRule("finalists.count", [.finalists], { "\($0.finalists.count)" }) {
      $1.finalists.count > $0.finalists.count ? nil : "at least \($0.finalists.count)"
    },
    GrowthRule("finalists.seeds", [.finalists], { "\($0.finalists.seeds)" }) {
      $1.finalists.seeds > $0.finalists.seeds ? nil : "at least \($0.finalists.seeds)"
    },
    GrowthRule("finalists.baseline", [], { "\($0.finalists.baseline)" }) {
      $1.finalists.baseline ? nil : "true, as the baselines are there"
    },
    GrowthRule("full.epochs", [.fullTrainings, .finalists], { "\($0.full.epochs)" }) {
      $1.full.epochs > $0.full.epochs ? nil : "a longer training than \($0.full.epochs) epochs"
    },
    GrowthRule("references", [.references], { text($0.referenceChoice) }),
    GrowthRule("attribution", [.references], { "\($0.attribution)" }),
    GrowthRule("devices", newQuestion, { $0.devices.rawValue }),
    GrowthRule("minimize", newQuestion) { definition in
      definition.asksForFront
        ? list(definition.objectives.map(\.description)) : StudyDifference.nothing
    },
    GrowthRule("constraints", newQuestion) { definition in
      list(
        definition.constraints.map(\.description)
          + (definition.accuracyFloor.map { ["accuracy>=\($0)"] } ?? []))
    },
    GrowthRule("confidence", newQuestion, { "\($0.confidence.level)" }),
    GrowthRule("budgets", newQuestion) { definition in
      list(
        definition.budgets.map { budget in
          let limits = budget.constraints.map(\.description).joined(separator: ", ")
          return budget.name == limits ? limits : "\(budget.name): \(limits)"
        })
    },
  ]

  private static func list(_ texts: [String]) -> String {
    texts.isEmpty ? StudyDifference.nothing : "[" + texts.joined(separator: ", ") + "]"
  }

  private static func text(_ choice: ReferenceChoice) -> String {
    switch choice {
    case .none: "false"
    case .all: "true"
    case .nearest(let count): "\(count)"
    case .named(let names): list(names)
    }
  }
}

/// A part of `study.json` that the results depend on, so that it stays.
struct FixedPart: Sendable {
  let field: String
  let isSame: @Sendable (StudyDefinition, StudyDefinition) -> Bool
  /// What depends on it.
  let reason: String
  /// How a new study with `warm_start` takes over the flash results.
  let takesOver: String

  static let asTheyAre = "takes over the flash results as they are"
  static let asPrior = "takes over the flash results as a prior"

  static let all: [FixedPart] = [
    FixedPart(
      field: "seed", isSame: { $0.seed == $1.seed },
      reason: "every training and proposal draws from it", takesOver: asPrior),
    FixedPart(
      field: "fix", isSame: { Set($0.fix) == Set($1.fix) },
      reason: "the trials were drawn from what it leaves open", takesOver: asTheyAre),
    FixedPart(
      field: "teacher", isSame: { $0.teacher.isSame(as: $1.teacher) },
      reason: "every student has learnt from it", takesOver: asPrior),
    FixedPart(
      field: "flash",
      isSame: { $0.flash == $1.flash && $0.recipes.flashText == $1.recipes.flashText },
      reason: "the students are ranked by flash trainings of one recipe", takesOver: asPrior),
    FixedPart(
      field: "full", isSame: { $0.recipes.isSame(as: $1.recipes) },
      reason: "the flash trainings are its short form", takesOver: asPrior),
    FixedPart(
      field: "precision", isSame: { $0.precision == $1.precision },
      reason: "all accuracies and costs are of students in it", takesOver: asTheyAre),
    FixedPart(
      field: "quantization", isSame: { $0.quantization == $1.quantization },
      reason: "all full trainings end with it", takesOver: asTheyAre),
    FixedPart(
      field: "search", isSame: { $0.search.withoutCounts == $1.search.withoutCounts },
      reason: "the trials were proposed by it", takesOver: asTheyAre),
    FixedPart(
      field: "audit", isSame: { $0.audit == $1.audit },
      reason: "the trials after it depend on it", takesOver: asTheyAre),
    FixedPart(
      field: "warm_start", isSame: { $0.warmStart == $1.warmStart },
      reason: "what earlier studies know comes before the first trial", takesOver: asTheyAre),
  ]
}

extension SearchSettings {
  fileprivate var withoutCounts: SearchSettings {
    var settings = self
    (settings.trials, settings.enqueue) = (0, [])
    return settings
  }
}
