import Studies

extension ReportInputs {
  /// How often the study would choose as it does; nil where its choices were not repeated.
  var stabilitySection: ReportSection? {
    guard let stability else { return nil }
    let title = "The choices repeated"
    guard stability.evidence == ChoiceStability.evidence(definition, state) else {
      return ReportSection(
        anchor: "stability", title: title,
        blocks: [
          .paragraph(
            "The choices were repeated with other results than the study has now; autodistill stability repeats "
              + "them with these.")
        ])
    }
    let words = StabilityWords(stability: stability)
    return ReportSection(
      anchor: "stability", title: title,
      blocks: [
        .table(
          ReportTable(
            caption: "How often each choice is made again", columns: StabilityWords.columns,
            rows: words.rows, trials: stability.choices.map(\.trial))),
        .list(words.basis),
      ])
  }
}
