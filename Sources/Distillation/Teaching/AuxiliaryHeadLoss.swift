import NeuralNetworks
import RandomStreams
import TensorKernels

/// Classifiers on inner features of a network, which learn from the labels and from the network's own answer.
///
///     L = Σ over heads of (1 − s)·CE(y, softmax(u)) + s·T²·KL(softmax(z/T) ‖ softmax(u/T)),   u = mean(f)·A + b
///
/// f is a feature, its mean is taken over positions, and z are the network's logits, to which no gradient passes. The
/// heads (A, b) are connectors: they are trained with the network and dropped with the loss. An image whose class is
/// not known has the second term alone. Source: Zhang et al., "Be your own teacher", arXiv:1905.08094, with linear
/// heads and without its third term, a hint from the deepest feature.
struct AuxiliaryHeadLoss: TrainingLoss {
  /// What a head reads.
  struct Head: Hashable, Sendable {
    let node: Int
    let shape: TensorShape
  }

  let heads: [Head]
  /// Those of one head: s as the teacher's share, T, and the smoothing of the labels.
  let loss: LossWeights
  let classes: Int

  init(_ nodes: [Int], of network: Network, loss: LossWeights) {
    heads = nodes.map { Head(node: $0, shape: network.nodes[$0].shape) }
    self.loss = loss
    classes = network.outputShape.channels
  }

  var inputs: LossInputs {
    LossInputs(
      readsLogits: true,
      features: heads.map {
        LossInputs.Feature(node: $0.node, elementCount: $0.shape.elementCount)
      })
  }

  /// Of each head A, `[channels, classes]`, then b.
  var connectorFloats: Int { heads.reduce(0) { $0 + floats(of: $1) } }

  private func floats(of head: Head) -> Int { (head.shape.channels + 1) * classes }

  /// Draws A evenly from ±1/√channels; b starts at zero.
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {
    var place = connectors
    for head in heads {
      var stream = RandomStream(seed: seed, purpose: "auxiliary head", head.node)
      let bound = 1 / Double(head.shape.channels).squareRoot()
      for i in 0..<head.shape.channels * classes {
        place[i] = Float(bound * (2 * stream.uniform() - 1))
      }
      place += floats(of: head)
    }
  }

  func scratchFloats(images: Int, classes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(self, images: images, cursor: &cursor)
    return cursor.floats
  }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var cursor = MemoryCursor(slice.scratch)
    let scratch = Scratch(self, images: slice.count, cursor: &cursor)
    slice.logits.gradient.update(repeating: 0, count: slice.count * classes)
    var (connectors, gradients) = (slice.connectors, slice.connectorGradients)
    var total = 0.0
    for (head, feature) in zip(heads, slice.features) {
      let channels = head.shape.channels
      globalAveragePool(
        feature.values, into: scratch.pooled, images: slice.count,
        positions: head.shape.positionCount, channels: channels)
      matrixProduct(
        scratch.pooled, connectors, bias: connectors + channels * classes, into: scratch.logits,
        m: slice.count, n: classes, k: channels)
      var own = slice
      own.logits = LossSlice.Feature(values: scratch.logits, gradient: scratch.gradient)
      own.teacherLogits = slice.logits.values
      total += LogitLoss(loss).evaluate(own).loss
      transposedProduct(
        scratch.pooled, scratch.gradient, addingTo: gradients, positions: slice.count,
        m: channels, n: classes)
      addColumnSums(
        scratch.gradient, to: gradients + channels * classes, rows: slice.count, columns: classes)
      transpose(connectors, into: scratch.rows, rows: channels, columns: classes)
      matrixProduct(
        scratch.gradient, scratch.rows, into: scratch.pooled, m: slice.count, n: channels,
        k: classes)
      globalAveragePoolBackward(
        scratch.pooled, into: feature.gradient, images: slice.count,
        positions: head.shape.positionCount, channels: channels)
      connectors += floats(of: head)
      gradients += floats(of: head)
    }
    return (total, 0)
  }

  private struct Scratch {
    /// The feature's mean over positions, then its gradient, `[images, channels]`.
    let pooled: UnsafeMutablePointer<Float>
    /// u, `[images, classes]`.
    let logits: UnsafeMutablePointer<Float>
    /// dL/du, `[images, classes]`.
    let gradient: UnsafeMutablePointer<Float>
    /// A's transpose.
    let rows: UnsafeMutablePointer<Float>

    init(_ loss: AuxiliaryHeadLoss, images: Int, cursor: inout MemoryCursor) {
      let channels = loss.heads.map(\.shape.channels).max() ?? 0
      pooled = cursor.take(images * channels)
      logits = cursor.take(images * loss.classes)
      gradient = cursor.take(images * loss.classes)
      rows = cursor.take(channels * loss.classes)
    }
  }
}
