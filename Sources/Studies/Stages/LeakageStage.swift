import Comparisons
import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import Statistics

/// After a study: what its students give away about the images that they were trained on.
///
/// Nothing that a study chooses depends on it. What is done is kept in the students' folders, so that it continues after a
/// kill, and says the same again.
public struct LeakageStage {
  let inputs: StudyInputs
  let context: StudyContext

  /// Shadows of each kind where the user does not say.
  public static let usualShadows = 8
  /// The share of the other images that an attack may wrongly name.
  static let falseRate = 0.01

  public init(_ inputs: StudyInputs, context: StudyContext) {
    (self.inputs, self.context) = (inputs, context)
  }

  /// Attacks students, trains what shadows are missing, and keeps what came of it.
  ///
  /// - Parameters:
  ///   - keys: The students' keys, or `best` for the most accurate one on the front that is kept.
  ///   - shadows: Of each kind: 0 for none, else at least `LikelihoodRatioAttack.fewestShadows`.
  /// - Throws: `StudyError`, also `interrupted` and `limitReached`; `JSONError` where a batch is larger than half of
  ///   the training images, or shadows would not be trained as the student.
  public func run(_ keys: [String], shadows: Int) throws -> [LeakageResult] {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let state = try Journal.state(of: inputs.folder)
    try inputs.check(against: state)
    let stage = LeakageStage(inputs.calibrated(by: state), context: context)
    try stage.checkImages()
    if shadows > 0 { try stage.checkHalves(shadows) }
    let named = try keys.map { try StudentWeights.key($0, in: inputs.folder) }
    let targets = try named.indices.filter { !named[..<$0].contains(named[$0]) }.map { index in
      try Target(named[index], stage.inputs)
    }
    let lost =
      shadows == 0 ? [:] : try stage.trainShadows(shadows, of: targets.map(\.key), state)
    return try targets.map { target in
      context.report(.note("attacking \(target.key)"))
      let result = LeakageResult(
        key: target.key, weightsHash: target.weightsHash, thresholds: try stage.thresholds(target),
        shadows: shadows == 0
          ? nil : try stage.shadows(of: target.key, shadows, lost: lost[target.key] ?? []))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try AtomicFile.write(
        try encoder.encode(result) + Data("\n".utf8), to: inputs.folder.leakage(of: target.key))
      return result
    }
  }

  /// A student that is attacked.
  struct Target {
    let key: String
    let weights: StudentWeights
    let weightsHash: String

    init(_ key: String, _ inputs: StudyInputs) throws {
      self.key = key
      weights = try StudentWeights(of: key, in: inputs.folder, dataFolder: nil)
      weightsHash = try ContentHash.hexadecimal(ofFile: inputs.folder.weights(of: key))
    }
  }

  /// Checks that there are images to attack by: two of each kind.
  ///
  /// - Throws: `StudyError.missing` naming the split that has fewer.
  func checkImages() throws {
    for split in [DatasetSplit.training, .test] {
      let count = knownImages(split).count
      guard count > 1 else {
        throw StudyError.missing(
          "\(inputs.folder.path): the \(split) split has \(count) image\(count == 1 ? "" : "s") whose class is "
            + "known, and an attack compares at least 2 training images with as many test images")
      }
    }
  }

  /// Checks that shadows can be trained as the student was: that no other trainings come before it, and that half of
  /// the training images fill a batch, with the teacher and without it.
  ///
  /// - Throws: `JSONError` naming the field.
  func checkHalves(_ shadows: Int) throws {
    let full = inputs.definition.full
    guard full.chain == .none else {
      let isRepeated = full.chain.generations > 1
      throw JSONError.invalid(
        file: inputs.folder.definition,
        field: isRepeated ? "full.generations" : "full.assistants",
        value: isRepeated ? "\(full.chain.generations)" : "a chain of teachers",
        expected:
          "neither full.generations nor full.assistants for attacks by likelihood ratios, whose shadows are "
          + "taught by the teacher alone; --shadows 0 goes without them")
    }
    guard full.mix.isEmpty || full.teacherView != .stored else {
      throw JSONError.invalid(
        file: inputs.folder.definition, field: "full.mix", value: "images mixed in stored views",
        expected:
          "another \"full.teacher_view\" for attacks by likelihood ratios, whose shadows may see no image outside "
          + "of their half; --shadows 0 goes without them")
    }
    // Of the images whose class is known a half may hold fewer than half.
    let fewest =
      (0..<shadows).map { number in
        PreparedDataset(inputs.dataset, learningFrom: inputs.shadowHalves.members(of: number))
          .trainingCount(withTeacher: false)
      }.min() ?? 0
    guard full.batch <= fewest else {
      throw JSONError.invalid(
        file: inputs.folder.definition, field: "full.batch", value: "\(full.batch)",
        expected:
          "at most \(fewest) for attacks by likelihood ratios, whose shadows are trained on half of the "
          + "training images; --shadows 0 goes without them")
    }
  }
}

extension LeakageStage {
  /// What a shadow is of.
  private struct Purpose {
    var key: String
    var work: StudentTask.ShadowWork
  }

  /// Trains the shadows that are not there, and returns those that came to nothing, by the key.
  private func trainShadows(
    _ count: Int, of keys: [String], _ state: StudyState
  ) throws -> [String: [Int]] {
    let tasks = keys.flatMap { key in
      (0..<count).flatMap { number in
        [false, true].map { isBaseline in
          let work = StudentTask.ShadowWork(number: number, isBaseline: isBaseline)
          return (
            purpose: Purpose(key: key, work: work), task: StudentTask(.shadow(work), key: key)
          )
        }
      }
    }
    context.report(.stage("leakage"))
    let executor = try context.executor(
      min(context.workers, tasks.count), inputs, processor: state.began?.machine)
    var lost: [String: [Int]] = [:]
    do {
      try TaskLoop(executor, context: context).run(tasks, detail: "shadow trainings") {
        purpose, outcome in
        guard outcome.result?.ending != .measured else { return }
        if lost[purpose.key]?.contains(purpose.work.number) != true {
          lost[purpose.key, default: []].append(purpose.work.number)
        }
        context.report(
          .note(
            "\(StudentTask(.shadow(purpose.work), key: purpose.key).words): "
              + (outcome.note ?? "diverged") + "; left out"))
      }
      context.executors.close(isComplete: true)
    } catch {
      context.executors.close(isComplete: false)
      throw error
    }
    return lost
  }
}
