import Comparisons
import FileFormats
import Studies

extension ReportInputs {
  /// How sure the choice of each budget's student is; nil before the first full training.
  var choiceSection: ReportSection? {
    guard !choices.isEmpty else { return nil }
    let table = ReportTable(
      caption: "How often each student would be chosen",
      columns: [
        .init("budget"), .init("chosen", .number), .init("chosen in (%)", .number),
        .init("entropy (bits)", .number), .init("chosen otherwise"),
      ],
      rows: choices.map { choice in
        [
          choice.budget?.name ?? "all students", String(choice.chosen), choice.share.percent(1),
          choice.stability.entropyBits.fixed(2), rivals(choice),
        ]
      }, trials: choices.map(\.chosen))
    let isPaired = choices.allSatisfy(\.stability.isPaired)
    return ReportSection(
      anchor: "choices", title: "How sure the choice is",
      blocks: [
        .table(table),
        .paragraph(
          "In \(SelectionStability.usualResamples) resamples of the validation images"
            + (isPaired
              ? ", the same for all students,"
              : " (where a journal does not say which were classified rightly, as if each student had seen others)")
            + (results.students.contains { $0.validation.count > 1 }
              ? " and of the trainings of each student" : "")
            + " the most accurate student of each budget was chosen again. "
            + (results.students.contains { $0.validation.count > 1 }
              ? ""
              : "Each student was trained once, so what another training would have given is left out: choices are less "
                + "sure than this. ")
            + "The entropy is that of this choice: 0 where it is always the same student, 1 where two are "
            + "chosen equally often."),
      ])
  }

  /// The students that other resamples would choose, the most frequent first.
  private func rivals(_ choice: StudentChoice) -> String {
    let others = zip(choice.trials, choice.stability.shares)
      .filter { $0 != choice.chosen && $1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    let shown = others.prefix(5).map { "trial \($0): \($1.percent(1)) %" }
    let left = others.count - shown.count
    return shown.isEmpty
      ? "–" : (shown + (left > 0 ? ["\(left) more"] : [])).joined(separator: "; ")
  }

  /// Why a student may not stand on the front; nil if it may.
  func exclusion(_ student: StudyResults.Student) -> String? {
    if let broken = student.brokenSince { return broken.constraint }
    if !student.broken.isEmpty { return student.broken.map(\.description).joined(separator: " ") }
    guard student.isBelowFloor, let floor = definition.accuracyFloor else { return nil }
    return "accuracy>=\(floor)"
  }
}

extension JSONReport {
  /// How sure the choice of each budget's student is.
  var choices: JSONText {
    .array(
      inputs.choices.map { choice in
        .object([
          ("budget", JSONText(choice.budget?.name)),
          ("trial", JSONText(choice.chosen)),
          ("share", JSONText(choice.share, decimals: 5)),
          ("entropy_bits", JSONText(choice.stability.entropyBits, decimals: 5)),
          ("paired", JSONText(choice.stability.isPaired)),
          (
            "students",
            .array(
              zip(choice.trials, choice.stability.shares).map { trial, share in
                .object([("trial", JSONText(trial)), ("share", JSONText(share, decimals: 5))])
              })
          ),
        ])
      })
  }
}
