import Datasets
import Distillation

/// A teacher whose answers are asked for and kept chunk by chunk, so that a killed run asks again about one chunk.
protocol ChunkedTeacher: Teacher {
  var setting: TeacherSetting { get }

  /// Returns the logits of the images that a question is about, `[count, classes]`, and how many probabilities of
  /// zero were raised.
  ///
  /// - Throws: `TeacherError`, or an error that names its file.
  func answers(
    to question: TeacherQuestion, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int)
}

extension ChunkedTeacher {
  var chunkFolder: String { setting.own("chunks") }

  func release(_ split: DatasetSplit) {
    LogitChunks.remove(in: chunkFolder, of: TeacherQuestion(split: split))
  }

  func release(_ view: AugmentedView) {
    LogitChunks.remove(in: chunkFolder, of: TeacherQuestion(split: .training, view: view))
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    let (logits, raisedCount) = try answers(to: TeacherQuestion(split: split), work)
    let note = LogitRows.note(raisedCount: raisedCount)
    return TeacherAnswers(logits: logits, notes: note.map { ["\(split) split: \($0)"] } ?? [])
  }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try answers(to: TeacherQuestion(split: .training, view: view), work).logits
  }
}
