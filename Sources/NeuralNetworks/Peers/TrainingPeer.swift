import TensorKernels

/// A network that goes through another's training with it: it sees the same images in the same steps, and losses can
/// ask what it answers (`LossSlice.peerLogits`). It is dropped when the training ends.
///
/// What a peer does is a function of its state and of the step, and does not depend on the number of threads. In each
/// step all threads of the trainer's team call, in this order: `take` for their own slices, `forward`, `evaluate` for
/// their own slices, `backward`; then one thread calls `move`.
public protocol TrainingPeer: AnyObject, Sendable {
  /// Sets the peer to where it stands before the first step, next to the network that is trained.
  func begin(next leader: TrainingPlan)

  /// Takes over a slice of the batch.
  func take(_ batch: TrainingSlice, slice: Int)

  /// Runs the peer on its slices; all threads call it together.
  func forward(thread: Int, team: WorkerTeam, step: Int)

  /// Returns the answers to a slice, `[images, classes]`; valid from `forward` until `backward`.
  func logits(slice: Int) -> UnsafePointer<Float>

  /// Computes the peer's own loss of a slice, if it learns.
  ///
  /// - Parameters:
  ///   - progress: The share of the training that is done.
  ///   - others: The answers of the other networks of the training, in their order; in the peer's own place those of
  ///     the network that is trained.
  func evaluate(slice: Int, step: Int, progress: Double, others: [UnsafePointer<Float>])

  /// Turns the loss into gradients, if it learns; all threads call it together.
  func backward(thread: Int, team: WorkerTeam, step: Int)

  /// Moves the peer, after the network that is trained has moved; one thread calls it.
  ///
  /// - Parameter step: Counted from 1.
  /// - Returns: False if its loss or gradient is not finite.
  func move(after leader: Trainer, rate: Float, step: Int) -> Bool

  /// Everything that a training moves of it, by name, for checkpoints.
  var state: [String: UnsafeMutableBufferPointer<Float>] { get }
}

extension TrainingPlan {
  /// Takes over the parameters and the running statistics of a plan of the same network.
  func copyValues(from other: TrainingPlan) {
    precondition(
      layout.parameterFloats == other.layout.parameterFloats
        && layout.statisticFloats == other.layout.statisticFloats, "plans of one network")
    parameters.update(from: other.parameters, count: layout.parameterFloats)
    statistics.update(from: other.statistics, count: layout.statisticFloats)
  }

  /// The trained parameters and the running statistics, by name, for checkpoints.
  var state: [String: UnsafeMutableBufferPointer<Float>] {
    [
      "parameters": UnsafeMutableBufferPointer(start: parameters, count: layout.parameterFloats),
      "statistics": UnsafeMutableBufferPointer(start: statistics, count: layout.statisticFloats),
    ]
  }
}
