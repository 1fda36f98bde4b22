import Studies

extension ReportInputs {
  /// What students give away about their training images; nil where that was not looked at.
  var leakageSection: ReportSection? {
    guard !leakage.isEmpty else { return nil }
    var blocks: [ReportBlock] = [
      .paragraph(
        "Whether an image was among those that a model was trained on, told from the model’s answer to it. The "
          + "area is the probability that an attack holds an image of the training for one more than another image: "
          + "0.5 is guessing, 1 is certainty. Few images that are found without doubt matter more than many that "
          + "are guessed a little better, hence the last column: of the images of the training those that are found "
          + "while 1 % of the others are wrongly named; guessing finds 1 %.")
    ]
    for result in leakage {
      let words = LeakageWords(result: result)
      let trial = results.students.first { $0.key == result.key }?.trial
      let name = trial.map { "trial \($0)" } ?? "student \(result.key)"
      blocks += [
        .paragraph("Attacks on \(name):"),
        .table(
          ReportTable(
            caption: "How well attacks find the training images of \(name)",
            columns: LeakageWords.columns, rows: words.rows)),
        .list(words.verdicts), .paragraph(words.basis),
      ]
    }
    blocks.append(
      .paragraph(
        "Attacks by the loss also tell easy images from hard ones, and training from test images where these "
          + "are of another kind. Attacks by likelihood ratios (LiRA) compare an image with itself, and are the "
          + "stronger ones with enough shadows. Stronger attacks than these may exist."))
    return ReportSection(
      anchor: "leakage", title: "What the students give away", blocks: blocks)
  }
}
