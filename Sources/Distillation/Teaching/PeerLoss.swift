import NeuralNetworks
import TensorKernels

/// The mean of a loss between a network's logits and those of each of some other networks of its training.
///
///     L = 1/n · Σ over n peers of loss(z, z of the peer),   from the share `begin` of the training on; 0 before
///
/// No gradient passes to the peers. With a divergence it is the consistency cost of mean teachers (Tarvainen and
/// Valpola, arXiv:1703.01780) and the mimicry loss of deep mutual learning (Zhang et al., arXiv:1706.00384,
/// equation 7).
struct PeerLoss: TrainingLoss {
  /// What compares logits with a teacher's; it reads nothing else.
  let comparison: any TrainingLoss
  /// The peers that it learns from, by their places in `LossSlice.peerLogits`.
  let peers: Range<Int>
  /// The share of the training before which the loss is 0.
  let begin: Double

  init(_ comparison: any TrainingLoss, peers: Range<Int>, begin: Double = 0) {
    precondition(!peers.isEmpty, "a loss of peers needs one")
    precondition(
      comparison.inputs.readsLogits && comparison.inputs.features.isEmpty
        && comparison.inputs.teacherFeatures.isEmpty, "peers are compared by their logits")
    (self.comparison, self.peers, self.begin) = (comparison, peers, begin)
  }

  var inputs: LossInputs { LossInputs(readsLogits: true) }
  var connectorFloats: Int { comparison.connectorFloats }

  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    comparison.initialize(connectors, seed: seed)
  }

  func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(self, images: images, classes: classes, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    let count = slice.count * slice.classes
    let gradient = slice.logits.gradient
    gradient.update(repeating: 0, count: count)
    guard slice.progress >= begin else { return (0, 0) }
    var cursor = MemoryCursor(slice.scratch)
    let scratch = Scratch(
      self, images: slice.count, classes: slice.classes, cursor: &cursor)
    let factor = 1 / Double(peers.count)
    var total = 0.0
    for place in peers {
      var own = slice
      own.teacherLogits = slice.peerLogits[place]
      own.logits = LossSlice.Feature(values: slice.logits.values, gradient: scratch.gradient)
      own.scratch = scratch.rest
      total += factor * comparison.evaluate(own).loss
      for i in 0..<count { gradient[i] += Float(factor) * scratch.gradient[i] }
    }
    return (total, 0)
  }

  private struct Scratch {
    /// Of one peer, `[images, classes]`.
    let gradient: UnsafeMutablePointer<Float>
    /// What the comparison computes with.
    let rest: UnsafeMutablePointer<Float>

    init(_ loss: PeerLoss, images: Int, classes: Int, cursor: inout MemoryCursor) {
      gradient = cursor.take(images * classes)
      rest = cursor.take(loss.comparison.scratchFloats(images: images, classes: classes))
    }
  }
}
