import Synchronization
import TensorKernels

/// A network that learns next to the one that is trained, from the same batches and from the answers of the others.
///
/// Its loss reads logits alone: what the teacher gives besides its logits belongs to the trained network.
public final class LearningPeer: TrainingPeer {
  /// What holds the network, its optimiser and its loss; its own team stays at rest.
  let trainer: Trainer
  private let seed: UInt64
  /// Whether the loss of the step was finite in all slices.
  private let isFinite = Atomic<Bool>(true)

  /// Creates a peer.
  ///
  /// - Parameters:
  ///   - plan: With the slices of the network that is trained; the classes are the same.
  ///   - seed: Keys the starting values.
  public init(
    plan: TrainingPlan, optimizer: Optimizer, loss: any TrainingLoss, seed: UInt64
  ) {
    precondition(
      loss.inputs.features.isEmpty && loss.inputs.teacherFeatures.isEmpty,
      "a peer's loss reads logits alone")
    trainer = Trainer(plan: plan, optimizer: optimizer, loss: loss, seed: seed)
    self.seed = seed
  }

  public var network: Network { trainer.plan.network }

  public func begin(next leader: TrainingPlan) {
    precondition(
      leader.sliceRanges == trainer.plan.sliceRanges, "the slices of peers are the same")
    trainer.plan.layout.initialize(trainer.plan.parameters, seed: seed)
  }

  public func take(_ batch: TrainingSlice, slice: Int) {
    let own = trainer.slot(slice, step: batch.step)
    let (count, network) = (batch.range.count, trainer.plan.network)
    own.images.update(from: batch.images, count: count * network.inputShape.elementCount)
    own.labels.update(from: batch.labels, count: count)
    if let mix = batch.mix, let ownMix = own.mix {
      ownMix.otherLabels.update(from: mix.otherLabels, count: count)
      ownMix.shares.update(from: mix.shares, count: count)
    }
    own.teacher.update(from: batch.teacher, count: count * network.outputShape.channels)
  }

  public func forward(thread: Int, team: WorkerTeam, step: Int) {
    trainer.plan.forward(
      thread: thread, team: team, step: step, momentum: Trainer.statisticsMomentum)
  }

  public func logits(slice: Int) -> UnsafePointer<Float> { trainer.plan.logits(slice: slice) }

  public func evaluate(slice: Int, step: Int, progress: Double, others: [UnsafePointer<Float>]) {
    let result = trainer.sliceLoss(
      slice, step: step, progress: progress, peerLogits: others)
    if !result.loss.isFinite { isFinite.store(false, ordering: .relaxed) }
  }

  public func backward(thread: Int, team: WorkerTeam, step: Int) {
    trainer.plan.backward(thread: thread, team: team, step: step)
  }

  public func move(after leader: Trainer, rate: Float, step: Int) -> Bool {
    guard isFinite.load(ordering: .relaxed) else { return false }
    trainer.plan.reduceGradients()
    return trainer.move(rate: rate, step: step).isFinite
  }

  public var state: [String: UnsafeMutableBufferPointer<Float>] {
    trainer.plan.state.merging(trainer.state) { own, _ in own }
  }

  /// Gives a plan of the same network what the peer has learnt.
  public func copy(to plan: TrainingPlan) { plan.copyValues(from: trainer.plan) }
}
