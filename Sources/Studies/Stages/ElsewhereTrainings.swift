import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import SearchSpaces

/// A study whose students somebody trains elsewhere: says which trainings come next, and takes what they came
/// to.
///
/// The study goes its usual way, stage by stage, and stops where it would have to train a student. So what it
/// asks for depends on its journal alone.
public struct ElsewhereTrainings {
  private let inputs: StudyInputs
  private let context: StudyContext

  public init(_ inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Returns the next trainings, at most `count`; none where nothing is left. The teacher is trained here, if
  /// there is none.
  ///
  /// What has been told so far is taken in on the way. Asked again, it gives the same trainings as long as
  /// nothing is told.
  ///
  /// - Throws: As `StudyRunner.run`.
  public func next(_ count: Int) throws -> (state: StudyState, trainings: [AskedTraining]) {
    var context = context
    (context.workers, context.trainsElsewhere) = (count, true)
    do {
      return (try StudyRunner(inputs, context: context).run(through: .distillation), [])
    } catch let asked as AskingExecutor.Asked {
      let state = try Journal.state(of: inputs.folder)
      let calibrated = inputs.calibrated(by: state)
      return (
        state, try asked.tasks.compactMap { try AskedTraining($0, in: calibrated, state) }
      )
    }
  }

  /// Takes what trainings came to into a study's journal, all of them or none; what is known is left as it is.
  ///
  /// - Parameter version: The program's, for a journal that has not begun.
  /// - Returns: How many are new.
  /// - Throws: `StudyError`, `toldOtherwise` where one was told before with another result; or what keeps the
  ///   journal from being written.
  public static func take(
    _ told: [JournalEvent.Told], in inputs: StudyInputs, version: String
  ) throws -> Int {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let journal = try Journal(inputs.folder)
    try inputs.check(against: journal.state)
    let new = try told.filter { try isNew($0, to: journal.state, in: inputs) }
    try journal.begin(inputs.began(version: version))
    for training in new { try journal.append(.told(training)) }
    return new.count
  }

  private static func isNew(
    _ told: JournalEvent.Told, to state: StudyState, in inputs: StudyInputs
  ) throws(StudyError) -> Bool {
    guard let known = state.told.first(where: { $0.training == told.training }) else {
      // What was trained here meanwhile is not used either.
      let fraction = inputs.calibrated(by: state).definition.flash.fraction
      return !state.hasEnded(told.training, flashFraction: fraction)
    }
    guard known.result == told.result else {
      throw .toldOtherwise(
        folder: inputs.folder.path, training: "\(told.training)", before: known.result,
        now: told.result)
    }
    return false
  }
}

/// A training that a study would do next.
public struct AskedTraining: Hashable, Sendable {
  public var name: TrainingName
  /// The trial of the search that it is of; nil for others.
  public var trial: Int?
  /// Whether the test split is asked for. A search must not know it.
  public var usesTest: Bool
  /// Whether the same training with another seed is of use.
  public var isRepeated = false
  public var architecture: Architecture
  public var network: Network
  public var recipe: Recipe
  /// What the student is to be judged in: flash trainings are fp32 in every study.
  public var precision: Precision
  /// How a training ends where that is int8.
  var quantization: QuantizationSettings?

  /// Writes the student's network, untrained, as an ONNX model.
  ///
  /// - Throws: `FileFormatError` with the path and the system's reason.
  public func writeModel(to path: String) throws {
    try ModelExport.onnx.write(
      ExportedStudent(TrainedModel(untrained: network)), path, ["architecture": name.key])
  }

  init?(_ task: StudentTask, in inputs: StudyInputs, _ state: StudyState) throws {
    guard let name = task.name(flashFraction: inputs.definition.flash.fraction) else { return nil }
    (self.name, trial) = (name, task.trial)
    switch task.work {
    case .flash(let flash): (usesTest, isRepeated) = (false, flash.isRepeated)
    case .full(let work): usesTest = work.usesTest
    case .test: usesTest = true
    case .robustness, .shadow, .teacherShadow: return nil
    }
    recipe = try inputs.definition(ofKey: task.key).recipe(of: name, on: inputs.dataset)
    let isFlash = name.kind == .flash
    precision = isFlash ? .fp32 : inputs.definition.precision
    quantization = isFlash ? nil : inputs.definition.quantization
    architecture = try inputs.space.architecture(key: task.key)
    network = try inputs.network(of: architecture)
  }
}
