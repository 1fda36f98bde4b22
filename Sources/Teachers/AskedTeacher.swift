import Datasets
import Distillation

/// A teacher that runs in this process and can be asked about any image: all its answers are what it says live.
protocol AskedTeacher: ChunkedTeacher {}

extension AskedTeacher {
  var obstacleToAsking: String? { nil }

  func answers(
    to question: TeacherQuestion, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    let teacher = try live()
    // What it was made from and the images; and what it is, which a training may make otherwise elsewhere.
    let identity = try [identity(), teacher.contentHash, question.viewIdentity(setting.reader)]
    return try LogitChunks(
      in: chunkFolder, of: question, identity: identity.joined(separator: "|")
    ).answers(
      count: setting.dataset.count(question.split), classes: setting.dataset.classes,
      chunk: LogitChunks.usualChunk, work
    ) { (try teacher.logits(of: question, range: $0, reader: setting.reader, work), 0) }
  }
}

extension ImageClassifier {
  /// Returns the logits of some of the images that a question is about, `[range.count, classes]`.
  ///
  /// - Throws: `TeacherError.stopped`.
  func logits(
    of question: TeacherQuestion, range: Range<Int>, reader: BatchReader, _ work: TeacherWork
  ) throws(TeacherError) -> [Float] {
    guard
      let logits = logits(
        of: question.split, in: question.view, range: range, reader: reader,
        threads: work.threads, unless: work.shouldStop)
    else { throw .stopped }
    return logits
  }
}
