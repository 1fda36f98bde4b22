import Distillation
import Studies

extension ReportInputs {
  /// Of more classes no matrix can be read.
  private static let mostConfused = 40

  /// What a student takes for what on the test split, over all its seeds; nil where the journal does not say.
  func confusionTable(_ student: StudyResults.Student) -> ReportTable? {
    let matrices = student.runs.compactMap { $0.testOutcome?.metrics.confusion }
    var counts: [[Int]: Int] = [:]
    for entry in matrices.flatMap(\.entries) {
      counts[[entry.label, entry.predicted], default: 0] += entry.count
    }
    let largest = counts.keys.compactMap { $0.max() }.max() ?? -1
    guard (1..<ReportInputs.mostConfused).contains(largest) else { return nil }
    let classes = 0...largest
    let seeds = matrices.count > 1 ? ", summed over \(matrices.count) seeds" : ""
    return ReportTable(
      caption: "Confusion matrix of trial \(student.trial) on the test split\(seeds): labels down, "
        + "answers across",
      columns: [.init("label")] + classes.map { .init(className($0), .number) },
      rows: classes.map { label in
        [className(label)] + classes.map { counts[[label, $0]].map(String.init) ?? "" }
      })
  }
}
