import Distillation
import Studies

extension ReportInputs {
  /// Which trainings came before the students' own, and what they came to; nil in a study without a chain of
  /// teachers.
  var chainSection: ReportSection? {
    let chain = definition.full.chain
    guard chain != .none else { return nil }
    let rows = chainedRuns.flatMap { name, runs in
      runs.map { run in
        [
          name, "\(run.seed)",
          run.chain.isEmpty ? "none" : run.chain.map(described).joined(separator: " → "),
          run.validation.accuracy.percent(2),
        ]
      }
    }
    guard !rows.isEmpty else { return nil }
    return ReportSection(
      anchor: "chains", title: "Who has taught the students",
      blocks: [
        .paragraph(
          "Before its own full training each student has a chain of others, and each teaches the next: first "
            + "assistants, students between the teacher and the student in size, then earlier generations of the "
            + "student, which teach together with who has taught the first of them. The trainings without the "
            + "teacher and the flash trainings have none."
            + (missingAssistants.map { " " + $0 } ?? "")),
        .table(
          ReportTable(
            caption: "Validation accuracy (%) of each training of the chain and of the student",
            columns: [
              .init("who"), .init("seed", .number), .init("before it"),
              .init("the student", .number),
            ], rows: rows)),
      ])
  }

  /// How many trainings have fewer assistants than the recipe asks for; nil where all have as many.
  private var missingAssistants: String? {
    guard case .count(let wanted) = definition.full.chain.assistants else { return nil }
    let runs = chainedRuns.flatMap(\.runs)
    let missing = runs.count { run in run.chain.count { $0.role == .assistant } < wanted }
    guard missing > 0 else { return nil }
    return
      "\(missing) of \(runs.count) trainings have fewer assistants than the \(wanted) that the recipe asks for: no "
      + "student of those looked at lies between in size."
  }

  private func described(_ link: ChainLink) -> String {
    let accuracy = link.validation.accuracy.percent(2)
    switch link.role {
    case .assistant: return "assistant \(link.key): \(accuracy)"
    case .generation: return "itself: \(accuracy)"
    }
  }

  /// The students, reference designs and controls with their trainings.
  private var chainedRuns: [(name: String, runs: [StudyResults.Run])] {
    let students = results.students.map { ("trial \($0.trial)", $0.runs) }
    let references = (results.references + results.controls).map { ($0.name, $0.runs) }
    return students + references
  }
}
