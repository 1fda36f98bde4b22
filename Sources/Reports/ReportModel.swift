import Studies

/// A report as plain text in sections, before any format: what HTML and Markdown have in common.
///
/// No string in it is escaped; the writers do that.
struct ReportModel: Sendable {
  let title: String
  /// The result in sentences, the most important one first.
  let headline: [String]
  /// What an unfinished study lacks.
  let missing: [String]
  let sections: [ReportSection]
  let front: FrontTable
  let paretoChart: ParetoChart
  let auditChart: AuditChart?

  init(_ inputs: ReportInputs) {
    title = inputs.definition.name
    headline = inputs.headline
    missing = inputs.missing
    front = FrontTable(inputs)
    paretoChart = ParetoChart(inputs)
    auditChart = AuditChart(inputs)
    sections = [
      inputs.frontSection, inputs.budgetSection, inputs.referenceSection, inputs.answerSection,
      inputs.robustnessSection, inputs.nearestSection,
      inputs.requestSection, inputs.teacherSection,
      inputs.auditSection, inputs.constraintSection, inputs.failureSection, inputs.timeSection,
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
enum ReportBlock: Hashable, Sendable {
  case paragraph(String)
  case list([String])
  /// Names and what belongs to them.
  case facts([ReportFact])
  case table(ReportTable)
  /// The chart of accuracy against the first cost.
  case paretoChart
  /// The chart of flash against full accuracy.
  case auditChart
}

struct ReportFact: Hashable, Sendable {
  let name: String
  let value: String

  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
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
}
