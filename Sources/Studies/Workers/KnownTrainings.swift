import NeuralNetworks

/// What trainings come to that need not be done here: because it was told, or because an earlier study has done
/// them.
struct KnownTrainings {
  private let folder: StudyFolder
  private let told: [TrainingName: JournalEvent.Told]
  private let imported: JournalEvent.Imported?
  /// The study's own flash fraction.
  private let fraction: Double
  private let precision: Precision

  /// - Parameters:
  ///   - fraction: The study's own flash fraction, as it has found it.
  ///   - precision: What its students compute in.
  init(
    _ state: StudyState, in folder: StudyFolder, flashFraction fraction: Double,
    precision: Precision = .fp32
  ) {
    (self.folder, self.fraction, imported) = (folder, fraction, state.imported)
    self.precision = precision
    told = Dictionary(
      state.told.map { ($0.training, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var isEmpty: Bool { told.isEmpty && (imported?.trainedKeys ?? []).isEmpty }

  /// Returns what a task comes to; nil if it has to be done.
  func result(of task: StudentTask) -> TaskResult? {
    if let name = task.name(flashFraction: fraction), let told = told[name] {
      return TaskResult(told, of: task)
    }
    switch task.work {
    case .flash, .robustness, .shadow, .teacherShadow: return nil
    case .test:
      guard
        let (training, study) = imported?.training(
          of: task.key, repetition: 0, isBaseline: false), training.test != nil
      else { return nil }
      var result = TaskResult(.measured, test: training.test)
      (result.testOutcome, result.source) = (training.testOutcome, study)
      return result
    case .full(let work):
      guard
        let (training, study) = imported?.training(
          of: task.key, repetition: work.repetition, isBaseline: work.isBaseline),
        !lacksWeights(task.key, work, training), !lacksTest(task.key, work, training)
      else { return nil }
      var result = TaskResult(
        training.outcome == .measured ? .measured : .diverged, validation: training.validation)
      result.validationOutcome = training.validationOutcome
      (result.curve, result.quantization) = (training.curve, training.quantization)
      result.chain = training.chain
      if work.usesTest {
        (result.test, result.testOutcome) = (training.test, training.testOutcome)
      }
      result.source = study
      return result
    }
  }

  /// Whether the test split is asked for, and nobody can look at it any more: the weights are elsewhere.
  private func lacksTest(
    _ key: String, _ work: StudentTask.FullWork, _ training: JournalEvent.Imported.FullTraining
  ) -> Bool {
    work.usesTest && training.outcome == .measured && training.test == nil
      && imported?.isTrainedElsewhere(key) == true
  }

  /// Whether a training is asked for that leaves weights, and there are none.
  private func lacksWeights(
    _ key: String, _ work: StudentTask.FullWork, _ training: JournalEvent.Imported.FullTraining
  ) -> Bool {
    work.repetition == 0 && !work.isBaseline && training.outcome == .measured
      && imported?.isTrainedElsewhere(key) != true
      && !folder.keeps(key, in: precision)
  }
}

extension StudentTask {
  /// What the task trains; nil for one that no study has.
  ///
  /// - Parameter fraction: The study's own flash fraction.
  func name(flashFraction fraction: Double) -> TrainingName? {
    switch work {
    case .flash(let flash):
      flash.variant != nil
        ? nil
        : TrainingName(
          key: key, kind: .flash, repetition: flash.repetition, isBaseline: false,
          fraction: flash.fraction ?? fraction)
    case .full(let full):
      TrainingName(
        key: key, kind: .full, repetition: full.repetition, isBaseline: full.isBaseline,
        fraction: nil)
    case .test:
      TrainingName(key: key, kind: .test, repetition: 0, isBaseline: false, fraction: nil)
    case .robustness, .shadow, .teacherShadow: nil
    }
  }
}

extension TaskResult {
  /// What was told, as far as a task asks for it.
  fileprivate init(_ told: JournalEvent.Told, of task: StudentTask) {
    let isEnded = told.validation != nil || told.training.kind == .test
    self.init(isEnded ? .measured : .diverged, validation: told.validation, seconds: told.seconds)
    switch task.work {
    case .flash(let flash): repeats = flash.isRepeated ? told.repeats : nil
    case .full(let full): test = full.usesTest ? told.test : nil
    case .test: test = told.test
    case .robustness, .shadow, .teacherShadow: break
    }
  }
}
