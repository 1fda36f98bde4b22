import Datasets
import Distillation
import FileFormats
import NeuralNetworks
import RandomStreams
import Teachers

extension WorkerLoop {
  /// Trains a shadow of a student, and leaves what it says of every training image; nothing is done where that is there.
  func shadow(
    _ work: StudentTask.ShadowWork, key: String, _ network: Network, _ reporter: ProgressReporter
  ) throws -> TaskResult {
    try Folder.create(inputs.folder.candidate(key))
    let full = StudentTask.FullWork(repetition: work.number, isBaseline: work.isBaseline)
    var run = try fullRun(
      full, key: key, network, signal: try signal(for: inputs.definition(ofKey: key).full))
    run.reader = BatchReader(
      PreparedDataset(
        inputs.dataset, learningFrom: inputs.shadowHalves.members(of: work.number)))
    let file = ShadowFile(of: key, work, in: inputs.folder)
    run.checkpointPath = file.unfinished
    var result = TaskResult(.diverged, steps: run.steps)
    if file.isOf(run.identity) {
      result.ending = .measured
      return result
    }
    guard case .finished(let model) = try run.train(observe: reporter.observe),
      !reporter.hasStopped
    else { return result }
    if try keep(model, in: file, of: run.identity) { result.ending = .measured }
    return result
  }

  /// Trains the teacher anew on a half of the training images, and leaves what it says of all of them; nothing is done
  /// where that is there.
  func teacherShadow(_ number: Int, _ reporter: ProgressReporter) throws -> TaskResult {
    let teacher = try inputs.teacherShadow(number)
    let identity = try teacher.identity()
    let file = ShadowFile(ofTeacher: number, in: inputs.folder)
    if file.isOf(identity) { return TaskResult(.measured) }
    let work = TeacherWork(
      threads: 1, note: { _ in },
      advance: { done, total, _ in _ = reporter.observe(share: done / Double(max(1, total))) },
      shouldStop: { !reporter.continues() })
    do {
      try teacher.prepare(work)
    } catch TeacherError.failed {
      return TaskResult(.diverged)
    } catch TeacherError.stopped {
      // It has kept a checkpoint, and the task has no result.
      return TaskResult(.diverged)
    }
    let isKept = try keep(teacher.live(), in: file, of: identity)
    return TaskResult(isKept ? .measured : .diverged)
  }

  /// Keeps what a shadow says of every training image.
  ///
  /// - Returns: False where its logits overflow, which is a divergence too; nothing is kept then.
  private func keep(
    _ model: any ImageClassifier, in file: ShadowFile, of training: String
  ) throws -> Bool {
    let dataset = inputs.dataset
    let logits = model.logits(of: .training, reader: inputs.reader)
    guard logits.allSatisfy(\.isFinite) else { return false }
    let confidences = LabelConfidence.values(
      logits: logits, labels: dataset.labels(of: .training), classes: dataset.classes)
    try file.write(confidences, of: training)
    return true
  }
}

extension StudyInputs {
  /// Which training images each shadow learns from.
  var shadowHalves: ShadowHalves {
    ShadowHalves(of: dataset.trainingImages(withTeacher: true), seed: definition.seed)
  }

  /// Returns the teacher as the study would train it on a random half of the training images, in a folder and with a
  /// seed of its own.
  ///
  /// - Precondition: The study trains its teacher.
  /// - Throws: `JSONError` naming the field that does not fit so few images.
  func teacherShadow(_ number: Int) throws -> any Teacher {
    var random = RandomStream(seed: definition.seed, purpose: "teacher shadow", number)
    let half = PreparedDataset(dataset, learningFrom: shadowHalves.members(of: number))
    return try definition.teacher.teacher(
      in: TeacherSetting(
        file: folder.definition, baseFolder: folder.path,
        teacherFolder: folder.teacherShadow(number), reader: BatchReader(half),
        seed: random.next(), statisticsBatches: definition.flash.statisticsBatches))
  }
}

extension PreparedDataset {
  /// Returns the classes of a split's images; −1 where one is not known.
  func labels(of split: DatasetSplit) -> [Int] {
    (0..<count(split)).map { label($0, of: split) }
  }
}
