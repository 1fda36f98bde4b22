import BayesianOptimization
import Datasets
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Teachers

extension StudyDefinition {
  static let keys = [
    "format", "name", "seed", "data", "teacher", "search_space", "fix", "hardware", "devices",
    "minimize",
    "constraints", "confidence", "budgets", "search", "flash", "full", "finalists", "audit",
    "references", "attribution", "warm_start", "measure", "robustness", "precision", "quantization",
    "workers",
    "trial_limits",
    "executor",
  ]

  /// Reads `study.json` strictly.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  public init(contentsOf path: String) throws(JSONError) {
    try self.init(JSONField(contentsOf: path))
  }

  /// Reads a study's definition from JSON.
  public init(_ field: JSONField) throws(JSONError) {
    json = field.value
    let members = try field.members(of: "a study", known: StudyDefinition.keys)
    let format = try members.required("format")
    guard format.value == .text(StudyDefinition.format) else {
      throw format.expected("\"\(StudyDefinition.format)\"")
    }
    name = try members.required("name").text("the study's name")
    seed = UInt64(try members["seed"]?.integer(in: 0...Int.max) ?? 0)
    data = try DatasetDefinition(members.required("data"))
    teacher = try TeacherDefinition(members.required("teacher"))
    searchSpace = try members.required("search_space").text("the path of a search-space file")
    fix =
      try members["fix"].map { field throws(JSONError) in try FixedDecision.all(in: field) } ?? []
    hardware = try StudyDefinition.hardware(members["hardware"])
    devices = try StudyDefinition.devices(members["devices"], hardware)
    constraints = []
    for element in try members["constraints"]?.elements(of: "constraints") ?? [] {
      if let floor = try AccuracyFloor(element) {
        guard accuracyFloor == nil else { throw element.expected("one accuracy floor") }
        accuracyFloor = floor.accuracy
      } else {
        constraints += try Constraint.all(in: element)
      }
    }
    confidence = try Confidence(members["confidence"])
    budgets = try Budget.all(in: members["budgets"])
    asksForFront = members["minimize"] != nil
    objectives = try members["minimize"].map(StudyDefinition.metrics) ?? []
    search = try SearchSettings(members["search"])
    search.recipe = search.recipe.takingDefaults(from: fix)
    flash =
      try members["flash"].map { field throws(JSONError) in
        try FlashRecipe(field, defaults: .defaults)
      } ?? .defaults
    recipes = try StudyRecipes(
      full: members.required("full"), flash: StudyDefinition.flashRecipe(members["flash"]),
      decisions: search.recipe)
    let byDefault = try recipes.pair(search.recipe.defaultValues)
    (full, flashOverride) = (byDefault.full, byDefault.flashSource)
    precision = try StudyDefinition.precision(members["precision"])
    statesPrecision = members["precision"] != nil
    quantization = try StudyDefinition.quantization(
      members["quantization"], precision: precision)
    finalists = try FinalistSettings(
      members["finalists"], trials: search.trials, budgets: budgets.count)
    audit = try AuditSettings(members["audit"])
    references = try members["references"].map(ReferenceChoice.init)
    if let field = members["attribution"] {
      attribution = try field.flag()
      guard !attribution || !search.recipe.isEmpty else {
        throw field.expected("false where \"search\" has no \"recipe\" to attribute a gain to")
      }
    }
    warmStart = try members["warm_start"]?.distinctTexts("earlier studies", "a folder") ?? []
    let deployed = precision
    measure = try members["measure"].map { field throws(JSONError) in
      try MeasureSettings(field, precision: deployed)
    }
    robustness = try RobustnessSettings.read(members["robustness"])
    if let measure = members["measure"], hardware.isEmpty {
      throw measure.expected("nothing without \"hardware\", whose device and protocol it measures")
    }
    workers = try members["workers"]?.integer(in: 1...1024)
    if let field = members["trial_limits"] { trialLimits = try TrialLimits(field) }
    if let field = members["executor"] { executor = try ExecutorSettings(field) }
    identity = field.value.canonical(
      leavingOut: ["workers", "trial_limits", "executor", "name", "measure", "robustness"])
    // A default that changes with the version is part of what was asked for.
    let given = try members["flash"]?.object("a flash recipe").map(\.name) ?? []
    if !Set(["fraction", "batch", "statistics_batches"]).isSubset(of: given) {
      identity += " flash=\(flash.fraction),\(flash.batch),\(flash.statisticsBatches)"
    }
    if flash.imagesPerClass > 0 && !given.contains("images_per_class") {
      identity += ",\(flash.imagesPerClass)"
    }
    if try members.required("full").object("a training recipe").contains(where: {
      $0.name == "recipe"
    }) {
      // So is what a name stands for.
      identity += " full=\(fullIdentity)"
    }
    if let quantization { identity += " quantization=\(quantization.identity)" }
    if !asksForFront { objectives = try limitedMetrics(members) }
    try checkHardware(file: field.file)
    try checkFinalists(file: field.file)
  }

  /// The field that says what flash trainings have otherwise than full ones.
  private static func flashRecipe(_ flash: JSONField?) throws(JSONError) -> JSONField? {
    try flash?.object("a flash recipe").first { $0.name == "recipe" }?.field
  }

  private func checkFinalists(file: String) throws(JSONError) {
    func expected(_ expectation: String) -> JSONError {
      .invalid(
        file: file, field: "finalists.count", value: "\(finalists.count)", expected: expectation)
    }
    guard search.trials >= finalists.count else {
      throw expected("at most search.trials, which is \(search.trials)")
    }
    guard finalists.count >= budgets.count else {
      throw expected("at least one for each of the \(budgets.count) budgets")
    }
  }
}

extension SearchSettings {
  init(_ field: JSONField?) throws(JSONError) {
    self.init(sampler: .bayesian, trials: 60, initialTrials: 3, lookAhead: 4)
    guard let field else { return }
    let members = try field.members(
      of: "the search",
      known: [
        "sampler", "trials", "initial_trials", "look_ahead", "repeat_every", "rungs", "enqueue",
        "recipe",
      ])
    if let kind = try members["sampler"]?.choice(SamplerKind.self) { sampler = kind }
    if let count = try members["trials"]?.integer(in: 1...1_000_000) { trials = count }
    if let field = members["initial_trials"] {
      initialTrials = try field.integer(in: 1...1_000_000)
      guard sampler == .bayesian else {
        throw field.expected("no \"initial_trials\" with the sampler \"\(sampler.rawValue)\"")
      }
    }
    if let count = try members["look_ahead"]?.integer(in: 1...1_000_000) { lookAhead = count }
    if let count = try members["repeat_every"]?.integer(in: 0...1_000_000) { repeatEvery = count }
    rungs = try members["rungs"].map(RungSettings.init)
    if let field = members["recipe"] { recipe = try RecipeDecisions(field) }
    if let field = members["enqueue"] {
      enqueue = try field.distinctTexts(
        "students", "an architecture's key, or a reference design's name,")
      guard enqueue.count <= trials else {
        throw field.expected("at most as many as search.trials, which is \(trials)")
      }
    }
  }
}

extension RungSettings {
  init(_ field: JSONField) throws(JSONError) {
    self.init(at: [], keep: 0.5)
    let members = try field.members(of: "the rungs", known: ["at", "keep"])
    let shares = try members.required("at")
    for element in try shares.elements(of: "shares of the flash steps") {
      let share = try element.number(in: 0.01...0.99)
      guard share > at.last ?? 0 else { throw element.expected("shares in ascending order") }
      at.append(share)
    }
    guard !at.isEmpty else { throw shares.expected("at least one share of the flash steps") }
    if let share = try members["keep"]?.number(in: 0.01...0.99) { keep = share }
  }
}

extension FinalistSettings {
  init(_ field: JSONField?, trials: Int, budgets: Int) throws(JSONError) {
    self.init(count: min(max(4, budgets), trials), seeds: 1, baseline: true)
    guard let field else { return }
    let members = try field.members(of: "the finalists", known: ["count", "seeds", "baseline"])
    if let count = try members["count"]?.integer(in: 1...1000) { self.count = count }
    if let seeds = try members["seeds"]?.integer(in: 1...100) { self.seeds = seeds }
    if let baseline = try members["baseline"]?.flag() { self.baseline = baseline }
  }
}

extension AuditSettings {
  init(_ field: JSONField?) throws(JSONError) {
    self = .defaults
    guard let field else { return }
    let members = try field.members(
      of: "the audit", known: ["count", "at", "smallest_correlation", "raise"])
    if let count = try members["count"]?.integer(in: 0...1000) { self.count = count }
    if let share = try members["at"]?.number(in: 0.01...1) { at = share }
    if let correlation = try members["smallest_correlation"]?.number(in: -1...1) {
      smallestCorrelation = correlation
    }
    if let factor = try members["raise"]?.number(in: 1...1000) { raise = factor }
  }
}

extension JSONValue {
  /// Returns the value as text with sorted keys, so that equal values give equal texts.
  ///
  /// - Parameter keys: Members of the outermost object to leave out.
  package func canonical(leavingOut keys: Set<String> = []) -> String {
    switch self {
    case .null, .flag, .integer, .number: description
    case .text(let text): "\"\(text)\""
    case .array(let elements): "[" + elements.map { $0.canonical() }.joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.filter { !keys.contains($0.name) }.sorted { $0.name < $1.name }
        .map { "\"\($0.name)\":\($0.value.canonical())" }.joined(separator: ",") + "}"
    }
  }
}
