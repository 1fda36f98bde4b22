import Datasets
import Distillation
import FileFormats
import Foundation
import Teachers

/// The first stage: a teacher that answers, its logits on every training image, and proof that the students
/// will see the right ones.
package struct TeacherStage {
  let inputs: StudyInputs
  let context: StudyContext

  package init(inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Makes sure that the teacher and its logits are there, and returns what the journal should say.
  ///
  /// - Parameter mayChange: Whether another teacher than the known one may take its place.
  /// - Throws: `StudyError.changed` where it may not, before anything of the known one is lost.
  package func run(
    known: JournalEvent.TeacherReady?, mayChange: Bool = true
  ) throws -> JournalEvent.TeacherReady {
    inputs.definition.teacher.removeOtherImages(in: inputs.folder.preparedData)
    if let known, try isIntact(known) {
      if cache.known(of: .validation) == nil {
        _ = try judge(.validation)
        inputs.teacher.release(.validation)
      }
      try storeViews(teacherHash: known.weightsHash)
      return known
    }
    try Folder.create(inputs.folder.teacher)
    try working { try inputs.teacher.prepare($0) }
    context.report(.note("caching the teacher's logits"))
    guard let answers = try answers(on: .training) else {
      throw StudyError.teacher("the teacher says nothing of the training images")
    }
    if !mayChange, let known, let logitsHash = known.logitsHash,
      answers.logits.withUnsafeBytes({ ContentHash.hexadecimal(of: Data($0)) }) != logitsHash
    {
      throw StudyError.changed(
        folder: inputs.folder.path,
        what: known.tensorsHash == nil ? "what the teacher says" : "the teacher's weights")
    }
    cache.forget()
    try SoftTargets.write(answers.logits, to: inputs.folder.softTargets)
    let ready = try verified(answers)
    for split in [DatasetSplit.training, .validation] { inputs.teacher.release(split) }
    for note in ready.notes ?? [] { context.report(.note(note)) }
    return ready
  }

  /// Looks at the test split, which is for the last stage, and returns what the journal should say; nil if it
  /// is known, or cannot be known of this teacher.
  func tested(known: JournalEvent.TeacherReady?) throws -> JournalEvent.TeacherTested? {
    guard known?.test == nil || cache.known(of: .test) == nil,
      let judged = try judge(.test)
    else { return nil }
    inputs.teacher.release(.test)
    guard known?.test == nil else { return nil }
    return JournalEvent.TeacherTested(test: judged.evaluation, testOutcome: judged.outcome)
  }

  private var cache: TeacherLogits { TeacherLogits(inputs) }

  /// What the teacher says of a split, compared with the labels.
  struct Judgement {
    var evaluation: Evaluation
    var outcome: SplitOutcome?
    /// Of an ensemble each member's.
    var members: [Evaluation]
    var notes: [String]
  }

  /// Classifies a split, and keeps the logits for comparing students with them; nil where the teacher does not
  /// say.
  func judge(_ split: DatasetSplit) throws -> Judgement? {
    guard let answers = try answers(on: split) else { return nil }
    try cache.keep(answers.logits, of: split)
    let dataset = inputs.dataset
    let evaluation = Evaluation(logits: answers.logits, split: split, dataset: dataset)
    let isFinite = evaluation.negativeLogLikelihood.isFinite
    return Judgement(
      evaluation: evaluation,
      outcome: isFinite
        ? SplitOutcome(logits: answers.logits, split: split, dataset: dataset, teacher: nil) : nil,
      members: answers.members.map { Evaluation(logits: $0, split: split, dataset: dataset) },
      notes: answers.notes)
  }

  /// A hash of everything that makes the teacher what it is.
  func identity() throws -> String { try TeacherStage.identity(inputs) }

  /// A hash of everything that makes a study's teacher what it is.
  package static func identity(_ inputs: StudyInputs) throws -> String {
    try inputs.teacher.identity()
  }

  private func isIntact(_ known: JournalEvent.TeacherReady) throws -> Bool {
    guard known.identity == (try identity()), let targets = try? targets() else { return false }
    let logitsHash = targets.contentHash
    return (try? inputs.teacherHash(logitsHash: logitsHash)) == known.weightsHash
      && known.logitsHash ?? logitsHash == logitsHash
  }

  func targets() throws -> SoftTargets {
    let dataset = inputs.dataset
    return try SoftTargets(
      contentsOf: inputs.folder.softTargets, count: dataset.count(.training),
      classes: dataset.classes)
  }
}

extension TeacherStage {
  /// Returns the teacher's answers on a split, checked.
  func answers(on split: DatasetSplit) throws -> TeacherAnswers? {
    guard let answers = try working({ try inputs.teacher.answers(on: split, $0) }) else {
      return nil
    }
    try check(answers.logits, "the \(split) split", of: split)
    return answers
  }

  /// Checks that there are as many logits as images and classes, all of them finite.
  func check(_ logits: [Float], _ images: String, of split: DatasetSplit) throws {
    let (count, classes) = (inputs.dataset.count(split), inputs.dataset.classes)
    precondition(logits.count == count * classes, "a teacher answers every image")
    if let place = logits.firstIndex(where: { !$0.isFinite }) {
      throw StudyError.teacher(
        "the teacher's logits are not finite: \(logits[place]) for class \(place % classes) of image "
          + "\(place / classes) of \(images)")
    }
  }

  /// Lets the teacher work, and says in the study's words what has ended its work.
  func working<Result>(_ body: (TeacherWork) throws -> Result) throws -> Result {
    let context = context
    let work = TeacherWork(
      threads: context.threads, note: { context.report(.note($0)) },
      advance: { context.report(.advance(done: $0, total: $1, detail: $2)) },
      shouldStop: { context.isCancelled() || context.reachedLimit() != nil })
    do {
      return try body(work)
    } catch TeacherError.stopped {
      try context.checkCancelled()
      try context.checkLimits()
      throw StudyError.interrupted
    } catch TeacherError.failed(let message) {
      throw StudyError.teacher(message)
    }
  }
}
