import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels
import Testing

@testable import Datasets
@testable import Distillation

/// A training on `StripedImages`, taken apart so that what is dropped at its end can be looked at.
struct Classroom {
  let trainer: Trainer
  let lessons: [Lesson]
  private let recipe: Recipe
  private let source: BatchSource
  private let reader: BatchReader
  private let steps: Int

  init(
    _ recipe: Recipe, reader: BatchReader, signal: TeacherSignal? = nil, seed: UInt64,
    network: Network? = nil
  ) throws {
    let network = try network ?? smallNetwork()
    (self.recipe, self.reader) = (recipe, reader)
    steps = recipe.steps(trainingCount: recipe.trainingCount(of: reader.dataset))
    lessons = try recipe.lessons(of: network, steps: steps, seed: seed, partners: [:])
    let loss = lessons.added(to: LogitLoss(recipe.loss))
    let plan = TrainingPlan(
      network: network, batch: recipe.batch, slices: recipe.slices,
      features: loss.inputs.features.map(\.node), seed: seed)
    plan.layout.initialize(plan.parameters, seed: seed)
    for peer in lessons.peers { peer.begin(next: plan) }
    trainer = Trainer(
      plan: plan,
      optimizer: Optimizer(
        rule: recipe.optimizer, weightDecay: Float(recipe.weightDecay), clipNorm: nil,
        layout: plan.layout), loss: loss, seed: seed, peers: lessons.peers)
    source = BatchSource(reader: reader, recipe: recipe, seed: seed, signal: signal)
  }

  /// Trains, from the first step.
  ///
  /// - Parameters:
  ///   - chanceLabels: Whether labels are drawn by chance, anew in each step.
  ///   - end: The number of steps; nil: to the end.
  func train(chanceLabels: Bool = false, until end: Int? = nil) {
    let perEpoch = recipe.stepsPerEpoch(trainingCount: recipe.trainingCount(of: reader.dataset))
    let (recipe, source, steps) = (recipe, source, steps)
    let end = end ?? steps
    for start in stride(from: 0, to: end, by: perEpoch) {
      source.begin(epoch: start / perEpoch)
      trainer.run(
        steps: start..<min(end, start + perEpoch),
        rate: { recipe.schedule.rate(step: $0, of: steps) },
        progress: { Double($0) / Double(steps) },
        fill: { slice in
          source.fill(slice)
          guard chanceLabels else { return }
          for (place, image) in slice.range.enumerated() {
            var stream = RandomStream(seed: 1, purpose: "labels of chance", slice.step, image)
            slice.labels[place] = Int32(stream.integer(below: StripedImages.classes))
          }
        }, report: { _ in true })
    }
  }

  /// What the trained network answers to the training images, `[count, classes]`.
  func answers() -> [Float] {
    TrainedModel(trainer.plan).logits(of: .training, reader: reader)
  }

  /// What a branch answers to the training images; the trained network is the first.
  func answers(ofBranch branch: Int) throws -> [Float] {
    let peer = try #require(lessons.compactMap(\.branches).first)
    func values(_ name: String) throws -> [Float] {
      Array(try #require(peer.state["branch\(branch).\(name)"]))
    }
    let model = TrainedModel(
      network: trainer.plan.network, parameters: try values("parameters"),
      statistics: try values("statistics"))
    return model.logits(of: .training, reader: reader)
  }

  /// What a peer answers to the training images.
  func answers(of peer: any TrainingPeer, network: Network? = nil) throws -> [Float] {
    let plan = TrainingPlan(network: try network ?? smallNetwork(), batch: 2)
    switch peer {
    case let peer as AveragedPeer: peer.copy(to: plan)
    case let peer as LearningPeer: peer.copy(to: plan)
    default: preconditionFailure("an unknown peer")
    }
    return TrainedModel(plan).logits(of: .training, reader: reader)
  }
}

/// The mean over images of KL(softmax(first) ‖ softmax(second)).
func meanDivergence(_ first: [Float], _ second: [Float], classes: Int) -> Double {
  func logSoftmax(_ row: ArraySlice<Float>) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let sum = largest + log(row.reduce(0) { $0 + exp(Double($1) - largest) })
    return row.map { Double($0) - sum }
  }
  var sum = 0.0
  for start in stride(from: 0, to: first.count, by: classes) {
    let row = start..<start + classes
    for (p, q) in zip(logSoftmax(first[row]), logSoftmax(second[row])) { sum += exp(p) * (p - q) }
  }
  return sum * Double(classes) / Double(first.count)
}

/// The share of images of which two answers name the same class.
func agreement(_ first: [Float], _ second: [Float], classes: Int) -> Double {
  let rows = stride(from: 0, to: first.count, by: classes)
  func named(_ answers: [Float], _ start: Int) -> Int {
    (0..<classes).max { answers[start + $0] < answers[start + $1] } ?? 0
  }
  let same = rows.count { named(first, $0) == named(second, $0) }
  return Double(same * classes) / Double(first.count)
}
