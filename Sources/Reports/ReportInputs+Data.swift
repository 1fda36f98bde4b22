import Datasets
import Studies

extension ReportInputs {
  /// What the data hold as they were read; nil for a journal of a version that did not look.
  var dataSection: ReportSection? {
    guard let data = state.began?.data else { return nil }
    var facts = [
      ReportFact(
        "Images", "\(data.height) × \(data.width) × \(data.channels), \(data.pixels.rawValue)")
    ]
    if let split = data.split {
      facts.append(ReportFact("Split", splitText(split)))
    }
    if let count = data.leftOutCount {
      facts.append(
        ReportFact(
          "In no split",
          "\(counted(count, "image")) of an unknown class, in groups that are not trained on"))
    }
    if let labels = data.labels { facts.append(ReportFact("Labels", labelText(labels))) }
    if let text = batchText { facts.append(ReportFact("Batches", text)) }
    var blocks: [ReportBlock] = [.facts(facts), .table(dataTable(data))]
    if !data.notes.isEmpty {
      blocks.append(.paragraph("Worth a second look:"))
      blocks.append(.list(data.notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }))
    }
    return ReportSection(anchor: "data", title: "The data", blocks: blocks)
  }

  private func labelText(_ labels: JournalEvent.DataRead.Labels) -> String {
    var parts = ["\(counted(labels.kept, "training image")) with a label"]
    if let count = labels.wrong { parts.append("\(count) of them wrong on purpose") }
    if let count = labels.hidden { parts.append("\(count) hidden") }
    if let count = labels.dropped {
      parts.append("\(counted(count, "image")) without one left out")
    }
    return parts.joined(separator: ", ")
  }

  /// How many images of a batch have a label, where the recipe fixes it; nil where chance does.
  private var batchText: String? {
    let flash = definition.flash.compressed(definition.flashSource)
    guard let full = definition.full.labeledPerBatch, let short = flash.labeledPerBatch else {
      return nil
    }
    let text =
      "\(full) of \(definition.full.batch) images with a label in each batch of full trainings, "
      + "\(short) of \(flash.batch) in flash trainings (labeled_share); those without the teacher learn from "
      + "images with a label alone"
    return space.recipe.isEmpty ? text : text + "; of the default recipe"
  }

  private func splitText(_ method: SplitMethod) -> String {
    switch method {
    case .stratified: "by class: every split has the classes in the same proportions"
    case .grouped: "by group: no group is in two splits"
    case .random: "at random"
    }
  }

  /// The most classes that are all listed.
  private static let mostClasses = 20

  private func dataTable(_ data: JournalEvent.DataRead) -> ReportTable {
    func row(_ name: String, _ value: (JournalEvent.DataRead.Split) -> Int?) -> [String] {
      [name] + data.splits.map { value($0).map(String.init) ?? "–" }
    }
    let classes = data.splits.first?.classCounts.count ?? 0
    var rows: [[String]] = []
    if classes <= ReportInputs.mostClasses {
      for label in 0..<classes { rows.append(row(className(label)) { $0.classCounts[label] }) }
    } else {
      rows.append(row("smallest of \(classes) classes") { $0.classCounts.min() })
      rows.append(row("largest of \(classes) classes") { $0.classCounts.max() })
    }
    if data.splits.contains(where: { $0.unlabeledCount != nil }) {
      rows.append(row("unknown class") { $0.unlabeledCount ?? 0 })
    }
    rows.append(row("all") { $0.classCounts.reduce($0.unlabeledCount ?? 0, +) })
    if data.splits.contains(where: { $0.groupCount != nil }) {
      rows.append(row("groups") { $0.groupCount })
    }
    return ReportTable(
      caption: "Images of each class in each split",
      columns: [.init("class")] + data.splits.map { .init($0.name.rawValue, .number) }, rows: rows)
  }
}
