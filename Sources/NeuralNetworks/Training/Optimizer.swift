import TensorKernels

/// How parameters follow their gradients.
public enum OptimizerRule: Hashable, Sendable {
  /// Stochastic gradient descent with momentum.
  case sgd(momentum: Float, nesterov: Bool)
  /// Adam with decoupled weight decay.
  case adamW(beta1: Float, beta2: Float, epsilon: Float)
}

/// An optimiser and its state over a network's flat parameters.
///
/// Weight decay is decoupled and acts on weights only, not on norms and biases. One thread calls it.
public final class Optimizer: @unchecked Sendable {
  public let rule: OptimizerRule
  /// The decay per step is `rate · weightDecay`.
  public let weightDecay: Float
  /// The largest Euclidean norm of a gradient; nil for no clipping.
  public let clipNorm: Float?

  private let floats: Int
  private let decayedFloats: Int
  private let arena: FloatArena

  /// Creates an optimiser for a network's parameters.
  public convenience init(
    rule: OptimizerRule, weightDecay: Float, clipNorm: Float?, layout: ParameterLayout
  ) {
    self.init(
      rule: rule, weightDecay: weightDecay, clipNorm: clipNorm, floats: layout.parameterFloats,
      decayedFloats: layout.decayedFloats)
  }

  /// Creates an optimiser for `floats` parameters, of which the first `decayedFloats` decay.
  package init(
    rule: OptimizerRule, weightDecay: Float, clipNorm: Float?, floats: Int, decayedFloats: Int
  ) {
    self.rule = rule
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    (self.floats, self.decayedFloats) = (floats, decayedFloats)
    arena = FloatArena(count: 2 * floats)
  }

  /// Bytes of the state for a network's parameters.
  public static func stateBytes(of network: Network) -> Int {
    2 * MemoryLayout<Float>.stride * ParameterLayout(network).parameterFloats
  }

  /// The optimiser's state, for checkpoints: two values for every parameter.
  public var state: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: arena.base, count: 2 * floats)
  }

  /// Moves `parameters` one step.
  ///
  /// - Parameters:
  ///   - step: Counted from 1 (AdamW corrects its moments by it).
  ///   - resting: What does not move, nor its share of the state; its gradient must be zero.
  /// - Returns: The gradient's norm before clipping; not finite if training has diverged, and then
  ///   nothing is moved.
  @discardableResult
  public func step(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, rate: Float,
    step: Int, resting: RestingValues = .none
  ) -> Double {
    let norm = sumOfSquares(gradient, count: floats).squareRoot()
    guard norm.isFinite else { return norm }
    var scale: Float = 1
    if let clipNorm, norm > Double(clipNorm) { scale = clipNorm / Float(norm) }
    let moving =
      resting.moving(in: 0..<decayedFloats).map { ($0, weightDecay) }
      + resting.moving(in: decayedFloats..<floats).map { ($0, 0) }
    for (range, decay) in moving {
      let (offset, count) = (range.lowerBound, range.count)
      let first = arena.base + offset
      switch rule {
      case .sgd(let momentum, let nesterov):
        sgdStep(
          parameters: parameters + offset, gradient: gradient + offset, velocity: first,
          count: count, rate: rate, momentum: momentum, decay: decay, nesterov: nesterov,
          gradientScale: scale)
      case .adamW(let beta1, let beta2, let epsilon):
        adamWStep(
          parameters: parameters + offset, gradient: gradient + offset, first: first,
          second: first + floats, count: count, rate: rate, beta1: beta1,
          beta2: beta2, epsilon: epsilon, decay: decay, step: step, gradientScale: scale)
      }
    }
    return norm
  }
}
