import Studies

extension ReportInputs {
  /// How often the study would choose as it does; nil where its choices were not repeated.
  var stabilitySection: ReportSection? {
    let blocks = redrawnBlocks + retrainedBlocks
    guard !blocks.isEmpty else { return nil }
    return ReportSection(anchor: "stability", title: "The choices repeated", blocks: blocks)
  }

  /// By results that were drawn anew.
  private var redrawnBlocks: [ReportBlock] {
    guard let stability else { return [] }
    guard stability.evidence == ChoiceStability.evidence(definition, state) else {
      return [
        .paragraph(
          "The choices were repeated with other results than the study has now; autodistill stability repeats "
            + "them with these.")
      ]
    }
    let words = StabilityWords(stability: stability)
    return [
      .table(
        ReportTable(
          caption: "How often each choice is made again", columns: StabilityWords.columns,
          rows: words.rows, trials: stability.choices.map(\.trial))),
      .list(words.basis),
    ]
  }

  /// By studies with other seeds.
  private var retrainedBlocks: [ReportBlock] {
    guard let retrained else { return [] }
    let words = RetrainedWords(retrained: retrained)
    return [
      .table(
        ReportTable(
          caption: "What the study chooses where everything is trained again",
          columns: RetrainedWords.columns, rows: words.rows,
          trials: retrained.choices.map(\.trial))),
      .list(words.basis),
    ]
  }
}
