import Datasets
import Distillation
import FileFormats
import NeuralNetworks

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
    run.checkpointPath = file.checkpoint
    var result = TaskResult(.diverged, steps: run.steps)
    if file.isOf(run.identity) {
      result.ending = .measured
      return result
    }
    guard case .finished(let model) = try run.train(observe: reporter.observe),
      !reporter.hasStopped
    else { return result }
    let dataset = inputs.dataset
    let logits = model.logits(of: .training, reader: inputs.reader)
    let confidences = LabelConfidence.values(
      logits: logits, labels: dataset.labels(of: .training), classes: dataset.classes)
    // Logits that overflow are a divergence too.
    guard logits.allSatisfy(\.isFinite) else { return result }
    try file.write(confidences, of: run.identity)
    result.ending = .measured
    return result
  }
}

extension StudyInputs {
  /// Which training images each shadow learns from.
  var shadowHalves: ShadowHalves {
    ShadowHalves(of: dataset.trainingImages(withTeacher: true), seed: definition.seed)
  }
}

extension PreparedDataset {
  /// Returns the classes of a split's images; −1 where one is not known.
  func labels(of split: DatasetSplit) -> [Int] {
    (0..<count(split)).map { label($0, of: split) }
  }
}
