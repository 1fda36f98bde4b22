import Studies

/// A report as plain text in sections, before any format: what HTML and Markdown have in common.
///
/// No string in it is escaped; the writers do that.
struct ReportModel: Sendable {
  let title: String
  /// The result in sentences, the most important one first.
  let headline: [String]
  /// What is so wrong that no number below may be read without it.
  let alarms: [String]
  /// What an unfinished study lacks.
  let missing: [String]
  let sections: [ReportSection]
  let front: FrontTable
  let paretoChart: ParetoChart
  let auditChart: AuditChart?

  init(_ inputs: ReportInputs) {
    title = inputs.definition.name
    headline = inputs.headline
    alarms = [inputs.latencyAlarm].compactMap { $0 }
    missing = inputs.missing
    front = FrontTable(inputs)
    paretoChart = ParetoChart(inputs)
    auditChart = AuditChart(inputs)
    sections = [
      inputs.budgetSection, inputs.healthSection, inputs.frontSection, inputs.choiceSection,
      inputs.stabilitySection,
      inputs.referenceSection, inputs.nearestSection, inputs.architectureSection,
      inputs.answerSection, inputs.chainSection, inputs.quantizationSection,
      inputs.robustnessSection, inputs.leakageSection, inputs.trialSection, inputs.progressSection,
      inputs.decisionSection, inputs.attributionSection, inputs.auditSection,
      inputs.constraintSection, inputs.failureSection,
      inputs.requestSection, inputs.dataSection, inputs.growthSection, inputs.teacherSection,
      inputs.ledgerSection,
      inputs.timeSection,
      inputs.repetitionSection,
    ].compactMap { $0 }
  }
}

/// A heading and what stands under it.
struct ReportSection: Hashable, Sendable {
  /// The part of a link that leads here.
  let anchor: String
  let title: String
  let blocks: [ReportBlock]
}

/// A piece of a section.
indirect enum ReportBlock: Hashable, Sendable {
  case paragraph(String)
  case list([String])
  /// Names and what belongs to them.
  case facts([ReportFact])
  case table(ReportTable)
  /// The chart of accuracy against the first cost.
  case paretoChart
  /// The chart of flash against full accuracy.
  case auditChart
  /// A drawing that the page alone has.
  case drawing(Markup)
  /// A command, to be copied.
  case command(String)
  /// Blocks under a heading of their own.
  case part(ReportPart)
}

struct ReportFact: Hashable, Sendable {
  let name: String
  let value: String

  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// Blocks under a heading of their own, which may be folded away.
struct ReportPart: Hashable, Sendable {
  /// The part of a link that leads here.
  let anchor: String
  let title: String
  let blocks: [ReportBlock]
  var isFolded = false
  var isFoldedInMarkdown = false
}

struct ReportTable: Hashable, Sendable {
  enum Alignment: Hashable, Sendable {
    case text
    case number
    /// Text that is copied rather than read.
    case code
  }

  struct Column: Hashable, Sendable {
    let title: String
    let alignment: Alignment

    init(_ title: String, _ alignment: Alignment = .text) {
      (self.title, self.alignment) = (title, alignment)
    }
  }

  let caption: String
  let columns: [Column]
  /// One cell per column each.
  let rows: [[String]]
  /// For each row the trial that it is about; empty where rows are about no trials.
  var trials: [Int] = []
  /// How many rows Markdown shows; nil for all.
  var markdownRows: Int?
}
