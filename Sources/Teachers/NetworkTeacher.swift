import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams

/// A network of our own as a teacher: trained by the study, or with weights that were brought along.
struct NetworkTeacher: AskedTeacher {
  let network: Network
  private let origin: NetworkOrigin
  let setting: TeacherSetting

  /// - Throws: `JSONError` or `DatasetError` if the recipe or the standardisation does not fit the data.
  init(_ network: Network, _ origin: NetworkOrigin, in setting: TeacherSetting) throws {
    (self.network, self.origin, self.setting) = (network, origin, setting)
    try checkSize(memory: Int(clamping: ProcessInfo.processInfo.physicalMemory))
    if origin.weights == nil {
      try origin.recipe.check(
        on: setting.dataset, field: "\(origin.place).recipe", file: setting.file)
    }
    try origin.standardization?.check(
      channels: setting.dataset.channels, file: setting.file, place: origin.place)
  }

  /// Bytes that the network's weights take at the most: while they are trained, or, where they were brought along, in
  /// the model and in the plan that answers.
  var weightBytes: Int {
    guard origin.weights != nil else {
      return TrainingPlan.weightBytes(of: network) + Optimizer.stateBytes(of: network)
    }
    return MemoryLayout<Float>.stride * NetworkCosts(network).parameters
      + FloatInferencePlan.weightBytes(of: network)
  }

  /// Checks that the weights fit into a machine's memory, as a study may ask for any number of them.
  ///
  /// - Parameter memory: The machine's, in bytes.
  /// - Throws: `JSONError` naming the network's field, if they do not.
  func checkSize(memory: Int) throws(JSONError) {
    let weights = NetworkCosts(network).parameters
    // So many cannot be laid out either: their bytes may be no number.
    let isCountable = weights <= memory / MemoryLayout<Float>.stride
    let taken = isCountable ? weightBytes : nil
    if let taken, taken <= memory { return }
    let work = origin.weights == nil ? "while it is trained" : "while it answers"
    throw .invalid(
      file: setting.file, field: origin.place,
      value: "a network of \(weights) weights"
        + (taken.map { ", which take \($0 >> 20) MiB \(work)" } ?? ""),
      expected: "one whose weights take at most \(memory >> 20) MiB, the memory of this machine")
  }

  func identity() throws -> String {
    let weights = try origin.weights.map {
      try ContentHash.hexadecimal(ofFile: setting.path($0))
    }
    var parts = [
      network.identity, origin.recipe.identity, weights ?? "", setting.dataset.contentHash,
      setting.member == 0 ? "\(setting.seed)" : "\(setting.seed)#\(setting.member)",
      "\(setting.statisticsBatches)",
    ]
    if let standardization = origin.standardization { parts.append(standardization.identity) }
    return ContentHash.hexadecimal(of: parts.joined(separator: "|"))
  }

  private var weightsFile: String { setting.own("weights.safetensors") }
  private var checkpointFile: String { setting.own("checkpoint.safetensors") }

  var keptFiles: [String] { [weightsFile] }
  var featureNetwork: Network? { network }

  func costs() -> TeacherCosts? {
    let costs = NetworkCosts(network)
    return TeacherCosts(macs: costs.macs, parameters: costs.parameters)
  }

  func prepare(_ work: TeacherWork) throws {
    try Folder.create(setting.teacherFolder)
    let metadata = ["identity": try identity()]
    if let weights = origin.weights {
      try TrainedModel(network, contentsOf: setting.path(weights))
        .write(to: weightsFile, metadata: metadata)
      return
    }
    if let file = try? SafetensorsFile.read(weightsFile), file.metadata == metadata,
      (try? TrainedModel(network, contentsOf: weightsFile)) != nil
    {
      return
    }
    try train(work).write(to: weightsFile, metadata: metadata)
    try? FileManager.default.removeItem(atPath: checkpointFile)
  }

  private func train(_ work: TeacherWork) throws -> TrainedModel {
    var stream =
      setting.member == 0
      ? RandomStream(seed: setting.seed, purpose: "teacher")
      : RandomStream(seed: setting.seed, purpose: "teacher", setting.member)
    let run = TrainingRun(
      network: network, recipe: origin.recipe, reader: setting.reader, signal: nil,
      seed: stream.next(), threads: work.threads, statisticsBatches: setting.statisticsBatches,
      checkpointPath: checkpointFile)
    let outcome = try run.train { progress in
      if progress.step % 20 == 0 {
        work.advance(
          Double(progress.step), progress.steps,
          String(
            format: "loss %.3f, batch accuracy %.1f %%", progress.loss, 100 * progress.accuracy))
      }
      return !work.shouldStop()
    }
    switch outcome {
    case .stopped: throw TeacherError.stopped
    case .diverged(let step):
      throw TeacherError.failed(
        "the teacher's training diverged at step \(step): lower \(origin.place).recipe.learning_rate "
          + "(it is \(run.recipe.schedule.peakRate)) or set \(origin.place).recipe.clip_norm")
    case .finished(let model): return model
    }
  }

  func live() throws -> any ImageClassifier {
    let model = try TrainedModel(network, contentsOf: weightsFile)
    guard let own = origin.standardization else { return model }
    let map = PixelMap(
      from: setting.dataset.standardization,
      to: Standardization(mean: own.mean, standardDeviation: own.deviation))
    return map.isIdentity ? model : MappedTeacher(model: model, map: map, identity: own.identity)
  }
}
