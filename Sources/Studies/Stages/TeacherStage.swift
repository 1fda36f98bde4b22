import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
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
  package func run(known: JournalEvent.TeacherReady?) throws -> JournalEvent.TeacherReady {
    if let known, try isIntact(known) {
      if cache.known(of: .validation) == nil { _ = try judge(.validation) }
      try storeViews(teacherHash: known.weightsHash)
      return known
    }
    try Folder.create(inputs.folder.teacher)
    cache.forget()
    try working { try inputs.teacher.prepare($0) }
    context.report(.note("caching the teacher's logits"))
    guard let answers = try answers(on: .training) else {
      throw StudyError.teacher("the teacher says nothing of the training images")
    }
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
  private struct Judgement {
    var evaluation: Evaluation
    var outcome: SplitOutcome?
    /// Of an ensemble each member's.
    var members: [Evaluation]
    var notes: [String]
  }

  /// Classifies a split, and keeps the logits for comparing students with them; nil where the teacher does not
  /// say.
  private func judge(_ split: DatasetSplit) throws -> Judgement? {
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

  private func targets() throws -> SoftTargets {
    let dataset = inputs.dataset
    return try SoftTargets(
      contentsOf: inputs.folder.softTargets, count: dataset.count(.training),
      classes: dataset.classes)
  }
}

extension TeacherStage {
  /// Returns the teacher's answers on a split, checked.
  private func answers(on split: DatasetSplit) throws -> TeacherAnswers? {
    guard let answers = try working({ try inputs.teacher.answers(on: split, $0) }) else {
      return nil
    }
    try check(answers.logits, "the \(split) split", of: split)
    return answers
  }

  /// Checks that there are as many logits as images and classes, all of them finite.
  private func check(_ logits: [Float], _ images: String, of split: DatasetSplit) throws {
    let (count, classes) = (inputs.dataset.count(split), inputs.dataset.classes)
    precondition(logits.count == count * classes, "a teacher answers every image")
    if let place = logits.firstIndex(where: { !$0.isFinite }) {
      throw StudyError.teacher(
        "the teacher's logits are not finite: \(logits[place]) for class \(place % classes) of image "
          + "\(place / classes) of \(images)")
    }
  }

  /// Lets the teacher work, and says in the study's words what has ended its work.
  private func working<Result>(_ body: (TeacherWork) throws -> Result) throws -> Result {
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

  /// Compares the teacher with the labels twice: by itself, and through the very batches, in shuffled
  /// order, that students will be trained on.
  private func verified(_ answers: TeacherAnswers) throws -> JournalEvent.TeacherReady {
    let targets = try targets()
    let hash = try inputs.teacherHash(logitsHash: targets.contentHash)
    var signal = TeacherSignal.cached(targets)
    if inputs.definition.full.teacherView == .augmented {
      signal = .live(try inputs.teacher.live())
    }
    var doubts = try self.doubts(signal, answers)
    // What is of no use on clean images was not asked about others.
    if let views = try storeViews(teacherHash: hash) { doubts = try self.doubts(views, answers) }
    guard let judged = try judge(.validation) else {
      throw StudyError.teacher("the teacher says nothing of the validation images")
    }
    let costs = inputs.teacher.networks?.map { NetworkCosts($0) }
    let notes =
      answers.notes + judged.notes.filter { !answers.notes.contains($0) } + doubts.suspicions
      + (doubts.overfitting(validation: judged.evaluation).map { [$0] } ?? [])
    let files = inputs.definition.teacher.isEnsemble ? [] : inputs.teacher.keptFiles
    return JournalEvent.TeacherReady(
      identity: try identity(), macs: costs.map { $0.reduce(0) { $0 + $1.macs } },
      parameters: costs.map { $0.reduce(0) { $0 + $1.parameters } },
      pipelineAccuracy: doubts.accuracy, validation: judged.evaluation, test: nil,
      weightsHash: hash,
      tensorsHash: try files.first.map { try SafetensorsFile.read($0).tensorsHash },
      validationOutcome: judged.outcome, logitsHash: targets.contentHash,
      members: judged.members.isEmpty
        ? nil : judged.members.map { JournalEvent.TeacherReady.Member(validation: $0) },
      notes: notes.isEmpty ? nil : notes)
  }

  /// Compares the labels with what students would see.
  ///
  /// - Throws: `StudyError.teacher` where that is of no use.
  private func doubts(
    _ signal: TeacherSignal, _ answers: TeacherAnswers
  ) throws -> TeacherDoubts {
    let doubts = try TeacherDoubts(
      confusion: signal.confusion(
        reader: inputs.reader, recipe: inputs.definition.full, seed: inputs.definition.seed),
      logits: answers.logits, dataset: inputs.dataset)
    if let refusal = doubts.refusal { throw StudyError.teacher(refusal) }
    return doubts
  }

  /// Makes sure that the views in which students see their images are there, if they are few and fixed.
  @discardableResult
  private func storeViews(teacherHash: String) throws -> TeacherSignal? {
    let views = TeacherViews(inputs, teacherHash: teacherHash)
    guard inputs.definition.full.teacherView == .stored else { return nil }
    views.removeOthers()
    let missing = views.missing
    if !missing.isEmpty {
      context.report(
        .note("asking the teacher about \(missing.count) views of every training image"))
    }
    for view in missing {
      try context.checkCancelled()
      try context.checkLimits()
      let logits = try working { try inputs.teacher.logits(in: view, $0) }
      try check(logits, "view \(view.index) of the training split", of: .training)
      try views.keep(logits, of: view)
      inputs.teacher.release(view)
    }
    return .stored(try views.stored())
  }
}

extension SafetensorsFile {
  /// The SHA-256 of names, shapes and elements in the order of the names. The metadata, which tell of the study
  /// that wrote the file, are not in it.
  var tensorsHash: String {
    var hash = ContentHash()
    for (name, array) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name) \(array.elementType.rawValue) \(array.shape)\n")
      hash.update(array.bytes)
    }
    return hash.hexadecimal
  }
}
