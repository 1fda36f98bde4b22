import TensorKernels

/// A unit in a plan: its head, and what follows it in the same kernel.
struct PlannedUnit: Sendable {
  enum Tail: Sendable {
    case none
    case norm(NormLayer)
    case activation(ActivationTail)
  }

  let head: any TrainingLayer
  let forwardPasses: [ForwardPass]
  let backwardPasses: [BackwardPass]
  let tail: Tail
  /// The norm of the unit before, where the head calls it.
  private(set) var inputNorm: NormLayer?
  /// Whether the next unit's head calls the unit's norm: for the output, and for the sums of its gradient.
  private(set) var lendsNorm = false

  init(head: any TrainingLayer, tail: Tail) {
    (self.head, self.tail) = (head, tail)
    (forwardPasses, backwardPasses) = (head.forwardPasses, head.backwardPasses)
  }

  /// Lends the norms that the head of the next unit calls.
  ///
  /// A norm's output is read while it is in cache, and so is the output's gradient. The bits are those of passes over
  /// the whole slice.
  static func lendNorms(of units: inout [PlannedUnit], lifetimes: TensorLifetimes) {
    for index in units.indices.dropLast() {
      guard units[index + 1].head.bringsInputNorm, lifetimes.feedsNextAlone(index),
        let norm = units[index].norm
      else { continue }
      units[index].lendsNorm = true
      units[index + 1].inputNorm = norm
    }
  }

  /// The norm behind the head.
  var norm: NormLayer? {
    if case .norm(let norm) = tail { return norm }
    return nil
  }
}

/// The residual add and activation behind a head without a norm.
struct ActivationTail: Sendable {
  let activation: Activation
  let elements: Int
  let images: [Int]
  let values: SliceBuffer
  let addend: SliceBuffer?
  let output: SliceBuffer
  let outputGradient: SliceBuffer
  let addendGradient: SliceBuffer?
  let addendDelivery: GradientDelivery

  func forward(slice: Int) {
    activate(
      values(slice), addend: addend?(slice), activation: activation, into: output(slice),
      count: images[slice] * elements)
  }

  func backward(slice: Int) {
    let count = images[slice] * elements
    let gradient = outputGradient(slice)
    activateBackward(
      values(slice), addend: addend?(slice), activation: activation, gradient: gradient,
      count: count)
    guard let addendGradient else { return }
    deliver(gradient, to: addendGradient(slice), addendDelivery, count: count)
  }
}
