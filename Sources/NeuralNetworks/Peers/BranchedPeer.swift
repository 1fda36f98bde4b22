import TensorKernels

/// The other branches of a network that branches for some of its steps: copies of it that begin where it stands, learn
/// from the same batches by losses of their own, and are merged with it again.
///
/// Where the branches begin, they take over the network's weights, norm statistics and state of the optimiser; where they
/// end, the network gets the mean of all branches, its own among them, of each of these. Before and after they rest and
/// cost nothing. Branches of a network that has learnt for a while stay where the weights between them are as good, so
/// that their mean is: Frankle et al., "Linear mode connectivity and the lottery ticket hypothesis", arXiv:1912.05671.
public final class BranchedPeer: TrainingPeer {
  /// The steps that the branches take.
  public let steps: Range<Int>
  private let branches: [LearningPeer]

  /// - Parameters:
  ///   - branches: Of the network that is trained, at least one; it is a branch itself.
  ///   - steps: Counted from 0.
  public init(_ branches: [LearningPeer], steps: Range<Int>) {
    precondition(!branches.isEmpty, "the network is the first branch, and there is a second one")
    (self.branches, self.steps) = (branches, steps)
  }

  public func begin(next leader: TrainingPlan) {
    for branch in branches {
      branch.begin(next: leader)
      branch.trainer.plan.copyValues(from: leader)
    }
  }

  public func take(_ batch: TrainingSlice, slice: Int) {
    guard steps.contains(batch.step) else { return }
    for branch in branches { branch.take(batch, slice: slice) }
  }

  public func forward(thread: Int, team: WorkerTeam, step: Int) {
    guard steps.contains(step) else { return }
    for branch in branches { branch.forward(thread: thread, team: team, step: step) }
  }

  public func logits(slice: Int) -> UnsafePointer<Float> { branches[0].logits(slice: slice) }

  public func evaluate(slice: Int, step: Int, progress: Double, others: [UnsafePointer<Float>]) {
    guard steps.contains(step) else { return }
    for branch in branches {
      branch.evaluate(slice: slice, step: step, progress: progress, others: others)
    }
  }

  public func backward(thread: Int, team: WorkerTeam, step: Int) {
    guard steps.contains(step) else { return }
    for branch in branches { branch.backward(thread: thread, team: team, step: step) }
  }

  public func move(after leader: Trainer, rate: Float, step: Int) -> Bool {
    if steps.contains(step - 1) {
      for branch in branches {
        branch.trainer.resting = leader.resting
        guard branch.move(after: leader, rate: rate, step: step) else { return false }
      }
      if step == steps.upperBound { merge(into: leader) }
    } else if step == steps.lowerBound {
      for branch in branches { takeOver(leader, branch.trainer) }
    }
    return true
  }

  public var state: [String: UnsafeMutableBufferPointer<Float>] {
    var all: [String: UnsafeMutableBufferPointer<Float>] = [:]
    for (place, branch) in branches.enumerated() {
      for (name, values) in branch.state { all["branch\(place + 2).\(name)"] = values }
    }
    return all
  }

  /// Gives the network's own plan the mean of all branches, where the training has taken so many steps that it is
  /// branched.
  public func merge(into plan: TrainingPlan, afterSteps step: Int) {
    guard steps.contains(step), step > steps.lowerBound else { return }
    mergeState(into: plan)
  }

  private func takeOver(_ leader: Trainer, _ branch: Trainer) {
    branch.plan.copyValues(from: leader.plan)
    _ = branch.optimizer.state.update(from: leader.optimizer.state)
  }

  private func merge(into leader: Trainer) {
    // Statistics that stand still do so in the network alone; its weights that do, do so in all branches.
    let still = leader.copies(of: leader.resting.statistics)
    mergeState(into: leader.plan)
    for (start, values) in still {
      (leader.plan.statistics + start).update(from: values, count: values.count)
    }
    guard let own = leader.optimizer.state.baseAddress else { return }
    takeMean(
      own, of: branches.compactMap { $0.trainer.optimizer.state.baseAddress },
      count: leader.optimizer.state.count)
  }

  private func mergeState(into plan: TrainingPlan) {
    takeMean(
      plan.parameters, of: branches.map(\.trainer.plan.parameters),
      count: plan.layout.parameterFloats)
    takeMean(
      plan.statistics, of: branches.map(\.trainer.plan.statistics),
      count: plan.layout.statisticFloats)
  }

  /// Replaces values by the mean of themselves and of others; where all are equal, they stay as they are.
  private func takeMean(
    _ values: UnsafeMutablePointer<Float>, of others: [UnsafeMutablePointer<Float>], count: Int
  ) {
    for i in 0..<count {
      var mean = values[i]
      for (place, other) in others.enumerated() { mean += (other[i] - mean) / Float(place + 2) }
      values[i] = mean
    }
  }
}
