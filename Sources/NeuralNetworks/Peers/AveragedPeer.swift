import TensorKernels

/// A network whose parameters are the running mean of those of the network that is trained.
///
///     m ← d·m + (1 − d)·p,   d = min(decay, t / (t + 1)) after step t = 1, 2, …
///
/// At first it is the mean of all values so far, and then one with a memory of 1 / (1 − decay) steps. It runs as the
/// trained network does: with the batch's own norm statistics, and with dropout under masks of its own, which is the
/// noise that the two differ by. Source: Tarvainen and Valpola, "Mean teachers are better role models",
/// arXiv:1703.01780; the beginning as in its authors' code.
public final class AveragedPeer: TrainingPeer {
  public let decay: Double
  private let plan: TrainingPlan

  /// Creates the mean of a network that is trained in such batches.
  ///
  /// - Parameters:
  ///   - decay: 0..<1.
  ///   - seed: Keys the dropout masks.
  public init(_ network: Network, batch: Int, slices: Int, decay: Double, seed: UInt64) {
    precondition((0..<1).contains(decay), "a running mean's decay is 0..<1, got \(decay)")
    self.decay = decay
    plan = TrainingPlan(network: network, batch: batch, slices: slices, seed: seed)
  }

  public func begin(next leader: TrainingPlan) {
    plan.parameters.update(from: leader.parameters, count: plan.layout.parameterFloats)
  }

  public func take(_ batch: TrainingSlice, slice: Int) {
    plan.input(slice: slice).update(
      from: batch.images, count: batch.range.count * plan.network.inputShape.elementCount)
  }

  public func forward(thread: Int, team: WorkerTeam, step: Int) {
    plan.forward(thread: thread, team: team, step: step, momentum: Trainer.statisticsMomentum)
  }

  public func logits(slice: Int) -> UnsafePointer<Float> { plan.logits(slice: slice) }

  public func evaluate(slice: Int, step: Int, progress: Double, others: [UnsafePointer<Float>]) {}

  public func backward(thread: Int, team: WorkerTeam, step: Int) {}

  public func move(after leader: Trainer, rate: Float, step: Int) -> Bool {
    let share = Float(1 - min(decay, Double(step) / Double(step + 1)))
    let (mean, latest) = (plan.parameters, leader.plan.parameters)
    for i in 0..<plan.layout.parameterFloats { mean[i] += share * (latest[i] - mean[i]) }
    return true
  }

  public var state: [String: UnsafeMutableBufferPointer<Float>] { plan.state }

  /// Gives a plan of the same network the mean and the running statistics of its norms.
  public func copy(to plan: TrainingPlan) { plan.copyValues(from: self.plan) }
}
