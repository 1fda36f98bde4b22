import Distillation
import HardwareProfiles
import Studies

extension ReportInputs {
  /// Where the time went.
  var timeSection: ReportSection {
    var blocks: [ReportBlock] = []
    if !state.stageSeconds.isEmpty {
      blocks.append(.table(stageTable))
      blocks.append(
        .paragraph(
          "Wall-clock time, summed over all runs, interrupted ones too. Of a run that was killed it is "
            + "known to the second, by earlier versions not at all."))
    }
    let flash = measuredTrials.filter { $0.source == nil }.compactMap(\.result)
    let full = state.distilled.filter { $0.outcome == .measured }
    let references = state.referenceTrainings.filter { $0.outcome == .measured }
    var facts: [ReportFact] = []
    for (name, seconds, steps) in [
      ("Flash trials", flash.map(\.seconds), flash.map(\.steps)),
      ("Flash, scored again", state.rescored.map(\.seconds), state.rescored.map(\.steps)),
      ("Full trainings", full.map(\.seconds), full.map(\.steps)),
      ("Reference designs", references.map(\.seconds), references.map(\.steps)),
    ] where !seconds.isEmpty {
      let sum = seconds.reduce(0, +)
      let mean = (sum / Double(seconds.count)).duration
      let meanSteps = Double(steps.reduce(0, +)) / Double(steps.count)
      facts.append(
        ReportFact(
          name,
          "\(seconds.count), on average \(mean) and \(meanSteps.fixed(0)) steps each on one "
            + "thread, \(sum.duration) together"))
    }
    if !facts.isEmpty { blocks.append(.facts(facts)) }
    if blocks.isEmpty { blocks.append(.paragraph("No stage has ended yet.")) }
    return ReportSection(anchor: "time", title: "Time", blocks: blocks)
  }

  private var stageTable: ReportTable {
    var stages: [String] = []
    for timed in state.stageSeconds where !stages.contains(timed.stage) {
      stages.append(timed.stage)
    }
    func row(_ name: String, _ runs: [JournalEvent.StageTimed], workers: String) -> [String] {
      let seconds = runs.reduce(0) { $0 + $1.seconds }
      return [name, seconds.duration, seconds.fixed(1), String(runs.count), workers]
    }
    let rows = stages.map { stage in
      let runs = state.stageSeconds.filter { $0.stage == stage }
      let workers = Set(runs.map(\.workers)).sorted().map(String.init).joined(separator: ", ")
      return row(stage, runs, workers: workers)
    }
    return ReportTable(
      caption: "Time spent per stage",
      columns: [
        .init("stage"), .init("time", .number), .init("seconds", .number), .init("runs", .number),
        .init("workers", .number),
      ], rows: rows + [row("all", state.stageSeconds, workers: "")])
  }

  /// Everything needed to repeat the study.
  var repetitionSection: ReportSection {
    var facts = [
      ReportFact("Command", "autodistill run FOLDER, where FOLDER holds this study's study.json"),
      ReportFact("Seed", String(definition.seed)),
      ReportFact("Report written by", "autodistill \(version)"),
    ]
    if let began = state.began {
      facts += [
        ReportFact("Study begun by", "autodistill \(began.version)"),
        ReportFact("Machine", began.machine),
        ReportFact("SHA-256 of the study", state.studyHash ?? began.studyHash),
        ReportFact("SHA-256 of the search space", began.spaceHash),
        ReportFact(
          "SHA-256 of the hardware profile\(profiles.count > 1 ? "s" : "")",
          state.profileHash ?? "no profile"),
        ReportFact("SHA-256 of the data", began.dataHash),
      ]
    }
    if let hash = state.teacher?.tensorsHash {
      facts.append(ReportFact("SHA-256 of the teacher's tensors", hash))
    }
    if let hash = state.teacher?.logitsHash {
      facts.append(ReportFact("SHA-256 of the teacher's logits on the training images", hash))
    }
    facts.append(
      ReportFact(
        space.recipe.isEmpty ? "Student recipe" : "Student recipe, by default",
        definition.full.summary))
    let recipes = definition.teacher.members.map(\.form.trainingRecipe)
    for (index, recipe) in recipes.enumerated() {
      guard let recipe else { continue }
      let name = definition.teacher.isEnsemble ? "Recipe of teacher \(index + 1)" : "Teacher recipe"
      facts.append(ReportFact(name, recipe))
    }
    facts += profiles.flatMap(provenance)
    return ReportSection(
      anchor: "repeat", title: "To repeat this",
      blocks: [
        .facts(facts),
        .paragraph(
          "The same study with the same program on the same family of processors gives the same "
            + "front.csv, byte for byte, for any number of workers and interruptions."),
      ])
  }

  private func provenance(of profile: HardwareProfile) -> [ReportFact] {
    let source = profile.provenance
    var facts = [
      ReportFact("Latency protocol", profile.protocolDescription),
      ReportFact(
        "Profile's numbers",
        "\(source.source.rawValue), \(source.date)"
          + (source.machine.map { ", on \($0)" } ?? "") + ". \(source.text)"),
    ]
    if let validation = profile.validation {
      facts.append(
        ReportFact(
          "Profile's check",
          "on \(validation.networks) networks it had not seen: Spearman \(validation.spearman.signed), "
            + "median error \(validation.medianAbsolutePercentageError.fixed(1)) %"))
    }
    return facts
  }
}
