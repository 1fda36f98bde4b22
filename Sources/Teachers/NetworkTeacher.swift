import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels

/// How a network of our own comes to its weights.
struct NetworkOrigin: Hashable, Sendable {
  /// How it is trained, where there are no weights.
  var recipe: Recipe
  /// Weights of a trained network, relative to the study's folder.
  var weights: String?
  /// What the given weights expect of images; nil: the training split's standardisation.
  var standardization: OwnStandardization?
  /// The path in `study.json` of the object that says so.
  var place: String

  static let keys = ["recipe", "weights"] + OwnStandardization.keys

  /// Reads `"recipe"`, or `"weights"` and perhaps `"mean"` and `"deviation"`.
  ///
  /// - Throws: `JSONError` naming the field, its value and what was expected.
  init(_ members: JSONMembers, place: String) throws(JSONError) {
    self.place = place
    weights = try members["weights"]?.text("the path of a safetensors file")
    recipe = .teacherDefaults
    if weights == nil {
      for name in OwnStandardization.keys {
        if let field = members[name] {
          throw field.expected(
            "no such field without \"weights\": a teacher that is trained here sees images as its "
              + "students do")
        }
      }
    }
    standardization = try OwnStandardization(members)
    guard let field = members["recipe"] else { return }
    guard weights == nil else {
      throw field.expected("no recipe where the teacher's weights are given")
    }
    recipe = try Recipe(field, defaults: .teacherDefaults)
    for name in ["distillation_weight", "temperature", "teacher_view", "stored_views"] {
      if let field = try field.object("a training recipe").first(where: { $0.name == name }) {
        throw field.field.expected("no such field: a teacher learns from labels alone")
      }
    }
  }

  /// Without where the weights lie; that there are some stays.
  var withoutPaths: NetworkOrigin {
    var origin = self
    (origin.weights, origin.place) = (weights.map { _ in "" }, "")
    return origin
  }

  var text: String { weights == nil ? "trained by this study" : "given weights" }
}

extension Recipe {
  /// The training of a teacher, as far as a study does not say otherwise.
  public static let teacherDefaults = Recipe(
    epochs: 10, batch: 128, slices: 4, weightDecay: 5e-4,
    schedule: LearningRateSchedule(
      shape: .oneCycle, peakRate: 0.2, warmupShare: 0.2, finalShare: 0.01),
    loss: LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))
}

/// A network of our own as a teacher: trained by the study, or with weights that were brought along.
struct NetworkTeacher: Teacher {
  private let network: Network
  private let origin: NetworkOrigin
  private let setting: TeacherSetting

  /// - Throws: `JSONError` or `DatasetError` if the recipe or the standardisation does not fit the data.
  init(_ network: Network, _ origin: NetworkOrigin, in setting: TeacherSetting) throws {
    (self.network, self.origin, self.setting) = (network, origin, setting)
    if origin.weights == nil {
      try origin.recipe.check(
        on: setting.dataset, field: "\(origin.place).recipe", file: setting.file)
    }
    try origin.standardization?.check(
      channels: setting.dataset.channels, file: setting.file, place: origin.place)
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
  var networks: [Network]? { [network] }
  var obstacleToAsking: String? { nil }

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

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    TeacherAnswers(
      logits: try live().logits(of: split, reader: setting.reader, threads: work.threads))
  }

  func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try live().logits(of: .training, in: view, reader: setting.reader, threads: work.threads)
  }

  func live() throws -> any LiveTeacher {
    let model = try TrainedModel(network, contentsOf: weightsFile)
    guard let own = origin.standardization else { return model }
    let map = PixelMap(
      from: setting.dataset.standardization,
      to: Standardization(mean: own.mean, standardDeviation: own.deviation))
    return map.isIdentity ? model : MappedTeacher(model: model, map: map, identity: own.identity)
  }
}

/// A network that sees images by another standardisation than its students.
private struct MappedTeacher: LiveTeacher {
  let model: TrainedModel
  let map: PixelMap
  let identity: String
  var classes: Int { model.classes }
  var contentHash: String { ContentHash.hexadecimal(of: "\(model.contentHash)|\(identity)") }

  func session(capacity: Int) -> any TeacherSession {
    Session(model.session(capacity: capacity), map, model.network.inputShape.elementCount, capacity)
  }

  private final class Session: TeacherSession {
    private let inner: any TeacherSession
    private let map: PixelMap
    private let imageElements: Int
    private let images: FloatArena

    init(_ inner: any TeacherSession, _ map: PixelMap, _ imageElements: Int, _ capacity: Int) {
      (self.inner, self.map, self.imageElements) = (inner, map, imageElements)
      images = FloatArena(count: capacity * imageElements)
    }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      map.write(images, into: self.images.base, count: count * imageElements)
      inner.answer(self.images.base, count: count, into: logits)
    }
  }
}
