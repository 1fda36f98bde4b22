import BayesianOptimization
import Distillation
import Foundation
import SearchSpaces

/// Before the search: is the flash training long enough for students to learn anything?
///
/// Where the length is left to the program, the first students that the sampler would try are trained by it. As
/// long as they stay near chance, the length is doubled, up to half of the full training: students that have
/// learnt nothing cannot be ranked. Depends on the study alone.
struct FlashLengthStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// As times and progress call it.
  static let name = "flash length"
  private static let studentCount = 2
  private static let longest = 0.5
  /// On a logarithmic scale of errors, how far from naming one class towards the teacher students must have
  /// come.
  private static let learntShare = 0.25

  /// Finds the length, unless the study says it, or the journal does.
  func run() throws {
    guard inputs.definition.flash.imagesPerClass > 0, journal.state.flashLength == nil,
      journal.state.trials.isEmpty, let teacher = journal.state.teacher
    else { return }
    let keys = try firstStudents(teacher)
    guard !keys.isEmpty else { return }
    context.report(.stage(FlashLengthStage.name))
    let wanted = accuracyToReach(teacher)
    var fraction = inputs.definition.flash.fraction
    var attempts: [JournalEvent.FlashLength.Attempt] = []
    while true {
      let accuracies = try trainedAccuracies(keys, fraction: fraction)
      attempts.append(JournalEvent.FlashLength.Attempt(fraction: fraction, accuracies: accuracies))
      let hasLearnt = (accuracies.compactMap { $0 }.max() ?? 0) >= wanted
      if hasLearnt || fraction >= FlashLengthStage.longest { break }
      fraction = min(FlashLengthStage.longest, 2 * fraction)
    }
    let length = JournalEvent.FlashLength(
      fraction: fraction, keys: keys, wantedAccuracy: wanted, attempts: attempts)
    try journal.append(.flashLength(length))
    context.report(.note(length.description))
  }

  /// The accuracy from which on students count as having learnt something.
  private func accuracyToReach(_ teacher: JournalEvent.TeacherReady) -> Double {
    let trivialError = 1 - 1 / Double(inputs.dataset.classes)
    // A teacher without a mistake would ask for students that make hardly any.
    let teacherError = min(trivialError, max(0.01, 1 - teacher.validation.accuracy))
    return 1 - trivialError * pow(teacherError / trivialError, FlashLengthStage.learntShare)
  }

  /// The keys of the students that the sampler would begin with, each proposed without results.
  private func firstStudents(_ teacher: JournalEvent.TeacherReady) throws -> [String] {
    let settings = inputs.definition.search
    let session = SearchSession(StudentPricing(inputs: inputs).problem(teacher: teacher))
    let sampler = settings.makeSampler()
    var history: [Observation] = []
    for trial in 0..<min(FlashLengthStage.studentCount, settings.trials) {
      guard
        case .architecture(let architecture)? = try sampler.propose(
          in: session, history: history, trial: trial, seed: inputs.definition.seed)
      else { break }
      history.append(Observation(architecture: architecture, outcome: .pending))
    }
    return history.map { inputs.space.key(of: $0.architecture) }
  }

  /// Returns the students' accuracies on the validation split; nil where a training failed.
  private func trainedAccuracies(_ keys: [String], fraction: Double) throws -> [Double?] {
    var accuracies = [Double?](repeating: nil, count: keys.count)
    let tasks = keys.enumerated().map { index, key in
      (index, StudentTask(.flash(StudentTask.FlashWork(fraction: fraction)), key: key))
    }
    let executor = try context.executor(min(context.workers, keys.count), inputs, journal)
    try TaskLoop(executor, context: context).run(tasks, detail: "length of flash trainings") {
      accuracies[$0] = $1.result?.validation?.accuracy
    }
    return accuracies
  }
}
