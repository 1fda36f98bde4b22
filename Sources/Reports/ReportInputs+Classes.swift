import Distillation
import Studies

extension ReportInputs {
  /// The most classes that are all listed.
  private static let mostClasses = 20
  /// The classes and confusions that are listed of more.
  private static let listed = 10

  /// How well the best student tells the classes apart.
  func classBlocks(
    _ confusion: ConfusionCounts, of student: StudyResults.Student
  ) -> [ReportBlock] {
    let labelled = confusion.classes.filter { $0.recall != nil }
    let isLong = labelled.count > ReportInputs.mostClasses
    let shown =
      isLong
      ? Array(
        labelled.sorted { ($0.recall ?? 0, $0.label) < ($1.recall ?? 0, $1.label) }
          .prefix(ReportInputs.listed)) : labelled
    let choice =
      isLong
      ? "the \(shown.count) of \(labelled.count) classes that it recognises least" : "every class"
    return [
      .paragraph(
        "The best student, trial \(student.trial), by class (its first full training): \(choice)."),
      .table(classTable(shown, confusion)), confusionBlock(confusion),
    ]
  }

  private func classTable(
    _ classes: [ConfusionCounts.ClassQuality], _ confusion: ConfusionCounts
  ) -> ReportTable {
    ReportTable(
      caption: "The best student, class by class",
      columns: [
        .init("class"), .init("images", .number), .init("recall (%)", .number),
        .init("precision (%)", .number), .init("most often taken for"),
      ],
      rows: classes.map { quality in
        let mistake = confusion.confusions.first { $0.label == quality.label }
        return [
          className(quality.label), String(quality.count), quality.recall?.percent(1) ?? "–",
          quality.precision?.percent(1) ?? "–",
          mistake.map { "\(className($0.predicted)) (\($0.count))" } ?? "–",
        ]
      })
  }

  private func confusionBlock(_ confusion: ConfusionCounts) -> ReportBlock {
    let wrong = confusion.count - confusion.correct
    guard wrong > 0 else { return .paragraph("It makes no mistake on these images.") }
    let images = Dictionary(
      uniqueKeysWithValues: confusion.classes.map { ($0.label, $0.count) })
    return .list(
      confusion.confusions.prefix(5).map { entry in
        let share = Double(entry.count) / Double(images[entry.label] ?? entry.count)
        let name = className(entry.label)
        return
          "\(name.prefix(1).uppercased() + name.dropFirst()) is taken for \(className(entry.predicted)) "
          + "\(entry.count == 1 ? "once" : "\(entry.count) times") of \(images[entry.label] ?? 0) "
          + "(\(share.percent(1)) %), which is \((Double(entry.count) / Double(wrong)).percent(1)) % of "
          + "all mistakes."
      })
  }

  /// What the classes are called, by the study or by the labels; nil where neither says so.
  var classNames: [String]? { definition.classNames ?? state.began?.data?.classNames }

  /// What a class is called; its number if the data set does not say.
  func className(_ label: Int) -> String {
    guard let names = classNames, names.indices.contains(label) else {
      return "class \(label)"
    }
    return names[label]
  }
}
