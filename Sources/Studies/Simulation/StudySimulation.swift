import Datasets
import Distillation
import FileFormats
import Foundation
import HardwareProfiles

/// A study run through its own search and final stage, with trainings that take simulated time and come to
/// made-up results.
///
/// What proposes, records, audits and chooses is the product; only the executor, the teacher and the clock are
/// made up (`SimulatedExecutor`, `MadeUpAccuracies`, `SimulatedTimes`). It starts from nothing, in a folder of its
/// own: the study is only read. The training of the teacher, corrupted images and measurements on the device
/// are left out.
public struct StudySimulation {
  /// The folder of the study as it is.
  private let folder: StudyFolder
  private let inputs: StudyInputs
  private let settings: SimulationSettings
  /// The study as it is.
  private let known: StudyState
  private let times: SimulatedTimes

  /// Reads a study and writes what is to be simulated.
  ///
  /// - Parameters:
  ///   - dataFolder: Where the named data set lies, instead of where the study says.
  ///   - scratch: A folder that may be written to.
  /// - Throws: `SimulationError`, and what reading the study throws.
  public init(
    _ folder: StudyFolder, dataFolder: String? = nil, _ settings: SimulationSettings,
    in scratch: StudyFolder
  ) throws {
    var files = try StudyFiles(folder)
    if let dataFolder { try files.definition.data.move(to: dataFolder, file: folder.definition) }
    known = try Journal.state(of: folder)
    try StudySimulation.write(files, settings, into: scratch)
    let dataset = try DatasetError.naming(option: dataFolder.map { _ in "--data" }) {
      try StudySimulation.data(files, elsewhere: scratch)
    }
    inputs = try StudyInputs(StudyFiles(scratch), dataset).calibrated(by: known)
    (self.folder, self.settings) = (folder, settings)
    guard let times = SimulatedTimes(inputs.definition, known, settings) else {
      throw SimulationError.noTimes(folder: folder.path)
    }
    self.times = times
  }

  /// Runs the simulation.
  ///
  /// - Parameters:
  ///   - version: The program's.
  ///   - report: Told how far it is.
  ///   - isCancelled: Whether the user wants to stop.
  /// - Throws: `StudyError.interrupted`, `SimulationError.nothingFeasible`, and what a run throws.
  public func run(
    version: String, report: @escaping @Sendable (StudyProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> SimulationOutcome {
    let journal = try Journal(inputs.folder)
    let pricing = StudentPricing(inputs: inputs)
    let teacher = known.teacher ?? StudySimulation.teacher(inputs)
    let trainings = SimulatedTrainings(
      inputs: inputs, times: times,
      accuracies: MadeUpAccuracies(
        space: inputs.space, seed: inputs.definition.seed, classes: inputs.dataset.classes,
        teacherAccuracy: teacher.validation.accuracy,
        largestMACs: pricing.sample.compactMap { pricing.costs(of: $0)?.macs }.max() ?? 1,
        flashFraction: inputs.definition.flash.fraction, known),
      failures: settings.failures, validationCount: inputs.dataset.count(.validation),
      testCount: inputs.dataset.count(.test))
    let world = SimulatedWorld(inputs.folder) { [inputs] task in
      let costs =
        try task.trial.map { journal.state.trials[$0].costs }
        ?? pricing.costs(of: inputs.space.architecture(key: task.key))
      guard let costs else { preconditionFailure("\(task.key) is trained and cannot be built") }
      return try trainings.execution(of: task, costs: costs)
    }
    var context = StudyContext(
      version: version, workerCommand: [], workers: settings.workers.last ?? 1, threads: 1,
      report: report, isCancelled: isCancelled)
    context.executors = StageExecutors { SimulatedExecutor(capacity: $0, in: world) }

    let search = SearchStage(inputs: inputs, context: context, journal: journal)
    try journal.begin(inputs.began(version: version))
    try search.screen()
    try journal.append(.teacherReady(teacher))
    if let length = known.flashLength { try journal.append(.flashLength(length)) }
    let (began, threadBegan) = (ProcessorTime.seconds, ProcessorTime.ofThread)
    let meter = RunMeter()
    if journal.state.nothingFeasible == nil { try search.run() }
    if journal.state.nothingFeasible != nil {
      throw SimulationError.nothingFeasible(folder: folder.path)
    }
    let controller = SimulationOutcome.Controller(
      trials: journal.state.trials.count, processorSeconds: ProcessorTime.seconds - began,
      threadSeconds: ProcessorTime.ofThread - threadBegan, seconds: meter.seconds)
    try DistillationStage(inputs: inputs, context: context, journal: journal, hasTeacher: false)
      .run()
    return SimulationOutcome(
      world.work, inputs.definition, settings, times, controller: controller,
      simulatedSeconds: world.seconds)
  }

  /// A teacher with nine of ten validation images right, or more where classes are few.
  private static func teacher(_ inputs: StudyInputs) -> JournalEvent.TeacherReady {
    let count = inputs.dataset.count(.validation)
    let error = min(0.1, 0.25 * (1 - 1 / Double(inputs.dataset.classes)))
    let correct = Int((Double(count) * (1 - error)).rounded())
    return JournalEvent.TeacherReady(
      identity: "simulated", macs: nil, parameters: nil, pipelineAccuracy: 1 - error,
      validation: Evaluation(count: count, correct: correct, negativeLogLikelihood: error),
      test: nil, weightsHash: "simulated")
  }
}
