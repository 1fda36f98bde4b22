import TensorKernels

/// What an instruction of a traced network computes; its operands are the instruction's inputs.
///
/// Shapes are the file's: images are `[N, C, H, W]` wherever their values may lie in memory.
enum Operation {
  // The same values seen otherwise.
  /// x, in the output's shape.
  case reshape
  case transpose([Int])
  /// x from `starts` on in steps, as far as the output's shape goes.
  case slice(starts: [Int], steps: [Int])
  /// x, repeated along dimensions of size 1.
  case expand

  // Moves.
  case concatenate(axis: Int)
  case blend(AxisBlend.Taps, axis: Int)

  // Value by value; operands are broadcast.
  case pointwise(PointwiseOperation)
  case combine(CombiningOperation, then: PointwiseOperation?)
  /// Condition, value where it holds, value where not.
  case select
  /// x, a factor and an addend for each place along `axis`.
  case affine(axis: Int)

  /// The output keeps reduced dimensions with size 1.
  case reduce(Reduction, axes: [Int])
  /// Over the last dimension.
  case softmax(isLogarithm: Bool)
  /// Over the last `dimensions`; x, and gamma and beta of their shape if it has them.
  case normalize(dimensions: Int, epsilon: Float, hasGamma: Bool, hasBeta: Bool)

  case convolution(Convolution)
  case pool(WindowPooling, WindowShape, bottom: Int, right: Int)
  case product(Product)
  case attention(Attention)
}

/// x `[N, C, H, W]`, constant weights `[out, C / groups, kh, kw]`, then a constant bias `[out]` and an addend of
/// the output's shape if it has them.
struct Convolution {
  var window: WindowShape
  var groups: Int
  var hasBias = false
  var hasAddend = false
  var then: PointwiseOperation?
}

/// Matrices `[…, m, k]` and `[…, k, n]`, then a constant bias `[n]` and an addend of the output's shape if it has
/// them.
struct Product {
  var scale: Float = 1
  var hasBias = false
  var hasAddend = false
  var then: PointwiseOperation?
}

/// softmax(scale · q·k (+ addend)) · v for q `[…, t, d]`, k `[…, d, s]`, v `[…, s, e]`.
struct Attention {
  var scale: Float
  /// Whether there is a fourth operand, broadcast to `[…, t, s]`.
  var hasAddend: Bool
}
