import Datasets
import FileFormats
import NeuralNetworks
import RandomStreams
import Statistics
import TestSupport
import Testing

@testable import Distillation

@Suite("a student trained on some images")
struct MemorisingStudentTests {
  /// 300 images of noise whose labels are drawn by lot: nothing but the images themselves can be learnt.
  private static let lots = Result { () throws -> BatchReader in
    let folder = try TemporaryFolder()
    var random = RandomStream(seed: 2, purpose: "labels by lot")
    let pixels = (0..<300 * 64).map { _ in UInt8(random.integer(below: 256)) }
    try NPYFile.write(NumericArray(shape: [300, 8, 8], pixels), to: folder.file("images.npy"))
    let labels = (0..<300).map { _ in UInt8(random.integer(below: 3)) }
    try NPYFile.write(NumericArray(shape: [300], labels), to: folder.file("labels.npy"))
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: 3),
      validationCount: 30, testCount: 30, split: .random)
    return BatchReader(
      try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: folder.file("prepared")))
  }

  /// Trains a network with more features than images, which can learn any labels of them.
  private func train(on members: [Int], of reader: BatchReader) throws -> TrainedModel {
    let run = TrainingRun(
      network: try smallNetwork(channels: 24),
      recipe: Recipe.small.with { ($0.epochs, $0.batch, $0.weightDecay) = (150, 20, 0) },
      reader: BatchReader(PreparedDataset(reader.dataset, learningFrom: members)), signal: nil,
      seed: 5, statisticsBatches: 2)
    return try run.train().finishedModel()
  }

  private func confidences(_ model: TrainedModel, _ reader: BatchReader) -> [Double] {
    let dataset = reader.dataset
    let labels = (0..<dataset.count(.training)).map { dataset.label($0, of: .training) }
    let logits = model.logits(of: .training, reader: reader)
    return LabelConfidence.values(logits: logits, labels: labels, classes: 3).map(Double.init)
  }

  @Test("gives them away where it can only memorise, and tells nothing of others")
  func memorises() throws {
    let reader = try Self.lots.get()
    let model = try train(on: Array(0..<40), of: reader)
    let scores = confidences(model, reader)
    let isMember = scores.indices.map { $0 < 40 }
    let leak = try #require(CharacteristicArea(scores: scores, isPositive: isMember))
    #expect(leak.value - 1.96 * leak.variance.squareRoot() > 0.6)
    // Of the 200 images that it has not seen it knows nothing: any two parts of them are alike to it.
    let unseen = scores.indices.map { $0 < 40 ? Double.nan : scores[$0] }
    let none = try #require(
      CharacteristicArea(scores: unseen, isPositive: scores.indices.map { $0 % 2 == 0 }))
    #expect(abs(none.value - 0.5) < 3 * none.variance.squareRoot())
  }

  @Test("has learnt from these alone: others may be whatever they are")
  func subset() throws {
    let reader = try StripedImages.reader()
    let part = PreparedDataset(reader.dataset, learningFrom: [1, 5, 7] + Array(30..<90))
    #expect(part.trainingImages(withTeacher: false) == [1, 5, 7] + Array(30..<90))
    #expect(part.trainingCount(withTeacher: true) == 63 && part.count(.training) == 240)
    #expect(part.label(5, of: .training) == reader.dataset.label(5, of: .training))
    #expect(part.contentHash != reader.dataset.contentHash)
    let other = PreparedDataset(reader.dataset, learningFrom: [1, 5, 8] + Array(30..<90))
    #expect(part.contentHash != other.contentHash)
    let all = PreparedDataset(reader.dataset, learningFrom: Array(0..<240))
    var (whole, same) = (try smallRun(Recipe.small.with { $0.epochs = 1 }), try smallRun())
    same = whole
    same.reader = BatchReader(all)
    #expect(
      try whole.train().finishedModel().parameters == same.train().finishedModel().parameters)
    // Another data set by its hash, so no checkpoint of one is taken for one of the other.
    #expect(whole.identity != same.identity)
    whole.reader = BatchReader(part)
    #expect(whole.steps == 2)
  }

  @Test("has no class where none is known, and then counts without the teacher only the others")
  func unlabeled() throws {
    let dataset = try StripedImages.mostlyUnlabeledReader().dataset
    let labeled = dataset.trainingImages(withTeacher: false)
    let part = PreparedDataset(dataset, learningFrom: Array(0..<120))
    #expect(part.trainingImages(withTeacher: false) == labeled.filter { $0 < 120 })
    #expect(part.trainingCount(withTeacher: false) == labeled.count { $0 < 120 })
    #expect(part.trainingCount(withTeacher: true) == 120)
  }
}
