/// Takes a study from its definition to its results, continuing where an earlier run ended.
public struct StudyRunner {
  /// A part of the way.
  public enum Stage: String, CaseIterable, Sendable {
    case teacher
    case search
    case distillation
  }

  public let inputs: StudyInputs
  private let context: StudyContext

  public init(_ inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Runs the stages up to and including `last`, and returns the state of the study.
  ///
  /// Whatever is finished is in the journal; what is asked for again is not done again.
  ///
  /// - Throws: `StudyError.interrupted` if the user stopped it; other errors are for people.
  public func run(through last: Stage) throws -> StudyState {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let journal = try Journal(inputs.folder)
    try GrowthStage(inputs: inputs, context: context, journal: journal).run()
    let killed = RunProgress.read(inputs.folder)
    let file = ProgressFile(inputs.folder, context)
    defer { file.remove() }
    var context = context
    let report = context.report
    context.report = { news in
      file.take(news)
      report(news)
    }
    let runner = StudyRunner(inputs, context: context)
    do {
      let state = try runner.run(through: last, journal, lost: killed?.lostStage)
      context.executors.close(isComplete: true)
      return state
    } catch {
      context.executors.close(isComplete: false)
      throw error
    }
  }

  /// - Parameter lost: What a killed run has spent in the stage that it was in.
  private func run(
    through last: Stage, _ journal: Journal, lost: JournalEvent.StageTimed?
  ) throws -> StudyState {
    let beginning = inputs.began(version: context.version)
    if let began = journal.state.began, journal.state.hasResults,
      (began.version, began.machine) != (beginning.version, beginning.machine)
    {
      context.report(
        .note(
          "begun by version \(began.version) on \(began.machine): on another version or processor "
            + "the results agree within noise, not bit for bit"))
    }
    // Earlier studies that cannot be used are better known before hours of training.
    let isImporting = !inputs.definition.warmStart.isEmpty && journal.state.imported == nil
    let warmStart = isImporting ? try WarmStart(inputs) : nil
    try journal.begin(beginning)
    try inputs.files.keepInputs()
    for name in inputs.files.copiedNames {
      context.report(.note("\(name) is not there: the copy that the study has kept is used"))
    }
    try journal.keep(inputs.folder.dataFiles(), in: inputs.folder, onlyNew: true)
    for note in beginning.data?.notes ?? [] { context.report(.note("data: \(note)")) }
    if let doubt = inputs.files.precisionDoubt { context.report(.note(doubt)) }
    if let lost { try journal.append(.stageTimed(lost)) }
    // The constraints need no teacher: if nothing can meet them, that is known in seconds.
    try SearchStage(inputs: inputs, context: context, journal: journal).screen()
    if journal.state.nothingFeasible != nil { return journal.state }
    context.report(.stage(Stage.teacher.rawValue))
    try timed(Stage.teacher.rawValue, journal, workers: 1) {
      // Results of students of another teacher must not be mixed with new ones.
      let mayChange = journal.state.trials.isEmpty && journal.state.imported == nil
      let teacher = try TeacherStage(inputs: inputs, context: context)
        .run(known: journal.state.teacher, mayChange: mayChange)
      if teacher.weightsHash != journal.state.teacher?.weightsHash {
        guard mayChange else {
          throw StudyError.changed(
            folder: inputs.folder.path,
            what: teacher.tensorsHash == nil ? "what the teacher says" : "the teacher's weights")
        }
        try journal.keep(inputs.folder.teacherFiles(), in: inputs.folder)
        try journal.append(.teacherReady(teacher))
      } else {
        try journal.keep(inputs.folder.teacherFiles(), in: inputs.folder, onlyNew: true)
      }
      context.report(
        .note(
          String(
            format: "teacher: validation accuracy %.2f %%, through the students' batches %.2f %%",
            100 * teacher.validation.accuracy, 100 * teacher.pipelineAccuracy)))
    }
    if last == .teacher { return journal.state }
    try timed(FlashLengthStage.name, journal, workers: context.workers) {
      try FlashLengthStage(inputs: inputs, context: context, journal: journal).run()
    }
    let calibrated = inputs.calibrated(by: journal.state)
    if let warmStart, let teacher = journal.state.teacher {
      let imported = try warmStart.imported(into: calibrated, teacher: teacher)
      // First the files, then the line that says that they are there.
      try warmStart.copyWeights(of: imported, into: calibrated)
      let copied = imported.trainedKeys.flatMap(inputs.folder.studentFiles)
      try journal.keep(copied, in: inputs.folder)
      try journal.append(.imported(imported))
      for source in journal.state.imported?.sources ?? [] {
        context.report(.note(source.description))
      }
    }
    context.report(.stage(Stage.search.rawValue))
    let search = SearchStage(inputs: calibrated, context: context, journal: journal)
    try timed(Stage.search.rawValue, journal, workers: search.workerCount) { try search.run() }
    if last == .search || journal.state.nothingFeasible != nil { return journal.state }
    context.report(.stage(Stage.distillation.rawValue))
    try timed(Stage.distillation.rawValue, journal, workers: context.workers) {
      try DistillationStage(inputs: calibrated, context: context, journal: journal).run()
    }
    try timed("robustness", journal, workers: context.workers) {
      try RobustnessStage(inputs: calibrated, context: context, journal: journal).run()
    }
    try timed("measurement", journal, workers: 1) {
      try MeasurementStage(inputs: calibrated, context: context, journal: journal).run()
    }
    return journal.state
  }

  /// A stage that had nothing left to do is not worth a line.
  static let shortestTimed = 0.5

  /// Runs a stage and has the journal say what it took, however it ends.
  private func timed(
    _ stage: String, _ journal: Journal, workers: Int, _ body: () throws -> Void
  ) throws {
    let meter = context.meter
    let before = (seconds: meter.seconds, processorSeconds: meter.processorSeconds)
    func append(isInterrupted: Bool?) throws {
      let seconds = meter.seconds - before.seconds
      guard seconds > StudyRunner.shortestTimed else { return }
      try journal.append(
        .stageTimed(
          JournalEvent.StageTimed(
            stage: stage, seconds: seconds, workers: workers,
            processorSeconds: meter.processorSeconds - before.processorSeconds,
            isInterrupted: isInterrupted)))
    }
    do {
      try body()
    } catch {
      // What has ended the stage says more than a journal that cannot be written.
      try? append(isInterrupted: true)
      throw error
    }
    try append(isInterrupted: nil)
  }
}
