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
  ///   - teacherShadows: Of the teacher, as many.
  /// - Throws: `StudyError`, also `interrupted` and `limitReached`; `JSONError` where a batch is larger than half of
  ///   the training images, or shadows would not be trained as the student or the teacher.
  public func run(
    _ keys: [String], shadows: Int, teacherShadows: Int = 0
  ) throws -> [LeakageResult] {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let state = try Journal.state(of: inputs.folder)
    try inputs.check(against: state)
    for files in ["data/", "teacher/"] { try inputs.folder.checkKept(files, state) }
    let stage = LeakageStage(inputs.calibrated(by: state), context: context)
    try stage.checkImages()
    if shadows > 0 { try stage.checkHalves(shadows) }
    if teacherShadows > 0 { try stage.checkTeacher(teacherShadows) }
    let named = try keys.map { try StudentWeights.key($0, in: inputs.folder) }
    let targets = try named.indices.filter { !named[..<$0].contains(named[$0]) }.map { index in
      try Target(named[index], stage.inputs)
    }
    let lost = try stage.trainShadows(
      shadows, of: targets.map(\.key), ofTeacher: teacherShadows, state)
    let earlier = LeakageResult.known(in: inputs.folder, state)
    return try targets.map { target in
      // What was found with shadows stays where none are asked for now.
      let found = earlier.first { $0.key == target.key && $0.weightsHash == target.weightsHash }
      context.report(.note("attacking \(target.key)"))
      let students = ShadowSet.student(
        target.key, isBaseline: false, count: shadows, lost: lost.ofStudents[target.key] ?? [])
      let teachers = ShadowSet.teacher(count: teacherShadows, lost: lost.ofTeacher)
      let result = LeakageResult(
        key: target.key, weightsHash: target.weightsHash, thresholds: try stage.thresholds(target),
        shadows: shadows == 0 ? found?.shadows : try stage.shadows(students),
        teacherShadows: teacherShadows == 0
          ? found?.teacherShadows : try stage.teacherShadows(teachers, against: students))
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
