import Distillation
import FileFormats
import Teachers

extension TeacherStage {
  /// Compares the teacher with the labels twice: by itself, and through the very batches, in shuffled
  /// order, that students will be trained on.
  func verified(_ answers: TeacherAnswers) throws -> JournalEvent.TeacherReady {
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
    if let refusal = doubts.refusal(validation: judged.evaluation) {
      throw StudyError.teacher(refusal)
    }
    let costs = try inputs.teacher.costs()
    let notes =
      answers.notes + judged.notes.filter { !answers.notes.contains($0) } + doubts.suspicions
      + (doubts.overfitting(validation: judged.evaluation).map { [$0] } ?? [])
      + (estrangement(doubts, judged.evaluation).map { [$0] } ?? [])
      + inputs.lossNotes
    let files = inputs.definition.teacher.isEnsemble ? [] : inputs.teacher.keptFiles
    return JournalEvent.TeacherReady(
      identity: try identity(), macs: costs?.macs, parameters: costs?.parameters,
      pipelineAccuracy: doubts.accuracy, validation: judged.evaluation, test: nil,
      weightsHash: hash,
      tensorsHash: try files.first.map { try SafetensorsFile.read($0).tensorsHash },
      validationOutcome: judged.outcome, logitsHash: targets.contentHash,
      members: judged.members.isEmpty
        ? nil : judged.members.map { JournalEvent.TeacherReady.Member(validation: $0) },
      notes: notes.isEmpty ? nil : notes)
  }

  /// What augmentation may have done to the images, where nothing else explains wrong answers in batches.
  private func estrangement(_ doubts: TeacherDoubts, _ validation: Evaluation) -> String? {
    let (recipe, labels) = (inputs.definition.full, inputs.dataset.summary.labels)
    let isMixed = ([recipe] + recipe.stages.map(\.content)).contains { !$0.mix.isEmpty }
    guard !isMixed && (labels?.noisyCount ?? 0) == 0 else { return nil }
    return doubts.estrangement(validation: validation)
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
    guard let refusal = doubts.refusal else { return doubts }
    let isUnexplained = doubts.suspicions.isEmpty && inputs.definition.teacher.isGiven
    throw StudyError.teacher(
      refusal
        + (isUnexplained
          ? "; look at the order of rows and classes, and at the scale and the standardisation of the "
            + "images that it gets" : ""))
  }

  /// Makes sure that the views in which students see their images are there, if they are few and fixed.
  @discardableResult
  func storeViews(teacherHash: String) throws -> TeacherSignal? {
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
