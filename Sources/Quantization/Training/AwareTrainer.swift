import DeployedModels
import NeuralNetworks
import Synchronization
import TensorKernels

/// What a step did.
public struct AwareStep: Hashable, Sendable {
  public let step: Int
  /// The batch's mean loss.
  public let loss: Double
  /// The share of right answers among the images whose class is known.
  public let accuracy: Double
}

/// Trains a model of floats so that its integers classify well: every step sees rounded weights and activations.
///
/// Slices of a batch are added up in their order, so the same values come out whatever the number of threads.
final class AwareTrainer: @unchecked Sendable {
  let weights: AwareWeights
  private(set) var ranges: LearnedRanges
  let sliceRanges: [Range<Int>]

  private let batch: Int
  private let pass: AwarePass
  private let slices: [AwareSlice]
  private let loss: any TrainingLoss
  private let optimizer: Optimizer
  private let team: WorkerTeam
  private var quantizers: [FakeQuantizer?] = []

  /// - Parameters:
  ///   - ranges: Where the activations' ranges begin.
  ///   - loss: One that reads the logits alone.
  init(
    _ model: DeployedModel, ranges: [ValueRange?], batch: Int, slices: Int,
    rule: OptimizerRule, clipNorm: Float?, loss: any TrainingLoss, threads: Int
  ) {
    precondition(
      loss.inputs == LossInputs(readsLogits: true) && loss.connectorFloats == 0,
      "the loss must read the logits alone")
    let pass = AwarePass(model)
    let weights = AwareWeights(model)
    (self.pass, self.weights, self.batch, self.loss) = (pass, weights, batch, loss)
    self.ranges = LearnedRanges(model, ranges: ranges)
    let sliceRanges = (0..<slices).map { batch * $0 / slices..<batch * ($0 + 1) / slices }
    self.sliceRanges = sliceRanges
    self.slices = sliceRanges.map {
      AwareSlice(pass, weights: weights, images: $0.count, loss: loss)
    }
    optimizer = Optimizer(
      rule: rule, weightDecay: 0, clipNorm: clipNorm, floats: weights.floats,
      decayedFloats: weights.decayedFloats)
    team = WorkerTeam(threadCount: max(1, min(threads, slices)))
  }

  /// Runs the steps of `steps`.
  ///
  /// - Parameters:
  ///   - rates: The learning rates of the weights and of the ranges' logarithms at a step.
  ///   - fill: Fills a slice; called by several threads at once, for different slices.
  ///   - report: Called after each step by one thread; false ends the run.
  /// - Returns: The first step whose loss or gradient was not finite; what is trained is that before it.
  func run(
    steps: Range<Int>, rates: @escaping @Sendable (Int) -> (weights: Float, ranges: Float),
    fill: @escaping @Sendable (TrainingSlice) -> Void,
    report: @escaping @Sendable (AwareStep) -> Bool
  ) -> Int? {
    let ended = Atomic<Bool>(false)
    let divergedAt = Atomic<Int>(-1)
    prepare()
    team.run { [self] thread in
      for step in steps {
        for index in stride(from: thread, to: slices.count, by: team.threadCount) {
          slices[index].run(
            pass, quantizers: quantizers, step: step, range: sliceRanges[index], batch: batch,
            loss: loss, fill: fill)
        }
        team.barrier()
        if thread == 0 {
          if let done = move(step: step, rates: rates(step)) {
            if !report(done) { ended.store(true, ordering: .relaxed) }
          } else {
            divergedAt.store(step, ordering: .relaxed)
            ended.store(true, ordering: .relaxed)
          }
        }
        team.barrier()
        if ended.load(ordering: .relaxed) { return }
      }
    }
    let step = divergedAt.load(ordering: .relaxed)
    return step < 0 ? nil : step
  }

  /// Everything that training moves, by name.
  var state: [String: [Float]] {
    let moved = ranges.state
    return [
      "parameters": Array(UnsafeBufferPointer(start: weights.parameters, count: weights.floats)),
      "optimizer": Array(optimizer.state), "range_logarithms": moved.logarithms,
      "range_optimizer": moved.optimizer,
    ]
  }

  /// Takes up the state of a trainer like this one, after at least one step.
  func restore(_ state: [String: [Float]]) {
    weights.parameters.update(from: state["parameters"]!, count: weights.floats)
    _ = optimizer.state.update(fromContentsOf: state["optimizer"]!)
    ranges.restore(
      logarithms: state["range_logarithms"]!, optimizer: state["range_optimizer"]!)
  }

  /// Rounds what the next step reads.
  private func prepare() {
    weights.refresh()
    quantizers = ranges.quantizers
  }

  /// Adds up the slices and moves weights and ranges; nil if something is not finite.
  private func move(step: Int, rates: (weights: Float, ranges: Float)) -> AwareStep? {
    let first = slices[0]
    for slice in slices.dropFirst() { first.add(slice, floats: weights.floats) }
    guard first.loss.isFinite, first.bounds.allSatisfy({ $0.low.isFinite && $0.high.isFinite })
    else { return nil }
    let norm = optimizer.step(
      weights.parameters, gradient: first.gradient, rate: rates.weights, step: step + 1)
    guard norm.isFinite, ranges.move(first.bounds, rate: rates.ranges, step: step + 1) else {
      return nil
    }
    prepare()
    return AwareStep(
      step: step, loss: first.loss / Double(batch),
      accuracy: Double(first.correct) / Double(max(1, first.labeled)))
  }
}

/// One slice of a batch in training, with its labels, its teacher's logits and its gradients.
private final class AwareSlice: @unchecked Sendable {
  private let memory: ExecutionSlice
  private let arena: FloatArena
  private let labels: UnsafeMutablePointer<Int32>
  private let mix: TrainingSlice.Mix
  private let teacher: UnsafeMutablePointer<Float>
  private let scratch: UnsafeMutablePointer<Float>
  private let floats: Int
  /// Of all weights and biases.
  let gradient: UnsafeMutablePointer<Float>
  private(set) var bounds: [(low: Double, high: Double)]
  private(set) var loss = 0.0
  private(set) var correct = 0
  private(set) var labeled = 0

  init(_ pass: AwarePass, weights: AwareWeights, images: Int, loss: any TrainingLoss) {
    memory = pass.slice(images: images, constants: weights.constants)
    let classes = pass.model.elementCount(pass.model.output)
    floats = weights.floats
    let lossFloats = loss.scratchFloats(images: images, classes: classes)
    let teacherFloats = (images * classes + 63) / 16 * 16
    arena = FloatArena(count: floats + teacherFloats + lossFloats + readMargin)
    gradient = arena.base
    teacher = gradient + floats
    scratch = teacher + teacherFloats
    labels = .allocate(capacity: images)
    labels.initialize(repeating: -1, count: images)
    mix = TrainingSlice.Mix(
      otherLabels: .allocate(capacity: images), shares: .allocate(capacity: images))
    mix.otherLabels.initialize(repeating: -1, count: images)
    mix.shares.initialize(repeating: 0, count: images)
    bounds = []
    for entry in weights.entries { memory.weightGradients[entry.tensor] = gradient + entry.offset }
  }

  deinit {
    labels.deallocate()
    mix.otherLabels.deallocate()
    mix.shares.deallocate()
  }

  /// Fills the slice, runs the model on it and computes all gradients.
  func run(
    _ pass: AwarePass, quantizers: [FakeQuantizer?], step: Int, range: Range<Int>, batch: Int,
    loss: any TrainingLoss, fill: (TrainingSlice) -> Void
  ) {
    let (model, images) = (pass.model, range.count)
    fill(
      TrainingSlice(
        step: step, range: range, images: memory.values[model.input], labels: labels,
        mix: mix, teacher: teacher))
    gradient.update(repeating: 0, count: floats)
    bounds = [(low: Double, high: Double)](repeating: (0, 0), count: model.tensors.count)
    memory.clearGradients(model, images: images)
    pass.forward(memory, images: images, quantizers: quantizers)
    let result = loss.evaluate(
      LossSlice(
        // What changes on the way has come to its end: the way to int8 follows the training.
        count: images, batch: batch, classes: model.elementCount(model.output), progress: 1,
        labels: labels, mix: mix.labelMix,
        logits: LossSlice.Feature(
          values: memory.values[model.output], gradient: memory.gradients[model.output]!),
        teacherLogits: teacher, features: [], teacherFeatures: [], connectors: scratch,
        connectorGradients: scratch, scratch: scratch))
    (self.loss, correct) = (result.loss, result.correct)
    labeled = mix.labelMix.labeledCount(labels, count: images)
    pass.backward(memory, images: images, quantizers: quantizers, bounds: &bounds)
  }

  /// Adds what another slice came to.
  func add(_ other: AwareSlice, floats: Int) {
    TensorKernels.add(other.gradient, to: gradient, count: floats)
    for tensor in bounds.indices {
      bounds[tensor].low += other.bounds[tensor].low
      bounds[tensor].high += other.bounds[tensor].high
    }
    loss += other.loss
    correct += other.correct
    labeled += other.labeled
  }
}
