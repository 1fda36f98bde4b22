import Comparisons
import FrontFiles

extension PairText {
  /// Who the winners are, and how sure their choice was.
  var winners: ComparisonModel.Section {
    let metrics = pair.hypervolume.metrics
    var rows: [[String]] = []
    for budget in pair.budgets {
      for (side, student, file, stability, share) in [
        (
          "before", budget.before, comparison.baseline, budget.stability.before,
          budget.shareBefore
        ),
        ("after", budget.after, pair.after, budget.stability.after, budget.shareAfter),
      ] {
        guard let student else { continue }
        rows.append(
          [
            budget.name, side, student.trial.map(String.init) ?? "", student.key,
            student.validation.mean.percentage, student.test?.mean.percentage ?? "–",
          ] + metrics.map { file.value(of: $0, student)?.value.brief ?? "–" }
            + [
              share.map { "\((100 * $0).fixed(0)) %" } ?? "–",
              stability.map { $0.entropyBits.fixed(2) } ?? "–", student.architecture ?? "",
            ])
      }
    }
    let table = ReportTable(
      caption: "The students that the budgets get",
      columns: [
        .init("budget"), .init(""), .init("trial", .number), .init("key", .code),
        .init("validation", .number), .init("test", .number),
      ] + metrics.map { .init($0, .number) } + [
        .init("chosen in", .number), .init("entropy (bits)", .number), .init("architecture"),
      ], rows: rows)
    return ComparisonModel.Section(
      title: "The winners\(names)", isFolded: true, blocks: [.table(table)])
  }

  private var names: String { comparison.pairs.count > 1 ? ": \(pair.after.subject)" : "" }

  /// Which students came, went and changed.
  var students: ComparisonModel.Section {
    func count(_ matches: (StudentChange) -> Bool) -> Int { pair.students.count(where: matches) }
    let (gained, lost) = (count { $0.before == nil }, count { $0.after == nil })
    let kept = pair.students.count - gained - lost
    let changed = count { $0.verdict == .better || $0.verdict == .worse }
    let metric = pair.hypervolume.metrics[0]
    let rows = pair.students.map { change in
      [
        change.key,
        change.before == nil ? "gained" : change.after == nil ? "lost" : "in both",
        cell(change.before, change.standing.before), cell(change.after, change.standing.after),
        change.difference?.value.signedPoints ?? "–",
        change.pValue.map(Self.probability) ?? "–", change.verdict?.word ?? "–",
        cost(metric, change.before, comparison.baseline), cost(metric, change.after, pair.after),
      ]
    }
    let table = ReportTable(
      caption: "All fully trained students",
      columns: [
        .init("key", .code), .init(""), .init("before (\(pair.split) accuracy)", .number),
        .init("after", .number), .init("Δ points", .number), .init("p (Holm)", .number),
        .init("verdict"), .init("\(metric) before", .number), .init("after", .number),
      ], rows: rows)
    return ComparisonModel.Section(
      title:
        "Students\(names): \(gained) gained, \(lost) lost, \(kept) in both (\(changed) changed)",
      isFolded: true, blocks: [.table(table)])
  }

  /// The accuracy, and what is known of the student's place on its study's front.
  private func cell(_ student: FrontStudent?, _ standing: FrontStanding?) -> String {
    guard let student else { return "–" }
    let accuracy = student.accuracy(on: pair.split).map(\.mean.percentage) ?? "–"
    guard let standing, standing != .dominated else { return accuracy }
    return "\(accuracy), \(standing.rawValue)"
  }

  private func cost(_ metric: String, _ student: FrontStudent?, _ file: FrontFile) -> String {
    student.flatMap { file.value(of: metric, $0) }.map(\.value.brief) ?? "–"
  }
}
