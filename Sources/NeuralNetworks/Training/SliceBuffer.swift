import TensorKernels

/// One tensor's memory in a training plan: a stretch of its own for every slice of the batch.
struct SliceBuffer: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  /// Floats from one slice to the next, a multiple of 16.
  let stride: Int

  func callAsFunction(_ slice: Int) -> UnsafeMutablePointer<Float> { base + slice * stride }
}

/// How a layer's backward pass delivers the gradient of its input.
enum GradientDelivery: Hashable, Sendable {
  /// Nobody needs it: the input is the image.
  case none
  case overwrite
  /// Another reader of the tensor has written its share already.
  case accumulate
}

/// Delivers a gradient as it is.
func deliver(
  _ gradient: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
  _ delivery: GradientDelivery, count: Int
) {
  switch delivery {
  case .none: break
  case .overwrite: target.update(from: gradient, count: count)
  case .accumulate: add(gradient, to: target, count: count)
  }
}
