import TensorKernels

/// What a layer's kernels work on, for every slice of the batch.
struct LayerBuffers: @unchecked Sendable {
  let input: SliceBuffer
  let output: SliceBuffer
  /// The gradient with respect to the output.
  let outputGradient: SliceBuffer
  let inputGradient: SliceBuffer
  let delivery: GradientDelivery
  /// A whole input's room, used where a kernel cannot accumulate.
  let detour: SliceBuffer
  let scratch: SliceBuffer
  /// The images in each slice.
  let images: [Int]

  /// Runs `body` with where to write the input's gradient, and adds it where it must be added.
  func deliver(
    slice: Int, elements: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    switch delivery {
    case .none: break
    case .overwrite: body(inputGradient(slice))
    case .accumulate:
      body(detour(slice))
      add(detour(slice), to: inputGradient(slice), count: images[slice] * elements)
    }
  }
}

/// One trained tensor as its layer's kernels see it: the value shared, a gradient for every slice.
struct TrainedTensor: @unchecked Sendable {
  let value: UnsafeMutablePointer<Float>
  private let gradients: SliceBuffer
  private let offset: Int
  private let count: Int

  init(
    _ tensor: ParameterLayout.Tensor, parameters: UnsafeMutablePointer<Float>,
    gradients: SliceBuffer
  ) {
    value = parameters + tensor.offset
    offset = tensor.offset
    count = tensor.count
    self.gradients = gradients
  }

  func gradient(_ slice: Int) -> UnsafeMutablePointer<Float> { gradients(slice) + offset }

  /// Moves the gradients of `slices` slices into the first's, in their order.
  func gatherGradients(slices: Int) {
    for slice in 1..<max(1, slices) {
      add(gradient(slice), to: gradient(0), count: count)
      gradient(slice).update(repeating: 0, count: count)
    }
  }
}

/// What a batch norm trains and keeps, each `[channels]`.
struct NormTensors: @unchecked Sendable {
  let gamma: TrainedTensor
  let beta: TrainedTensor
  let runningMean: UnsafeMutablePointer<Float>
  let runningVariance: UnsafeMutablePointer<Float>
}

/// One call of a layer: which slice of which step, what else to do, and the clock that may be running.
struct TrainingTurn {
  let slice: Int
  let step: Int
  let thread: Int
  /// The norm behind the layer, where the layer calls it for some images at a time: for their moments as
  /// soon as it has given their values, and for their gradient just before it needs it.
  let norm: NormLayer?
  let clock: KernelClock?

  /// Books the time since the last lap.
  @inline(__always)
  func lap(_ kind: KernelKind) {
    clock?.lap(kind, thread: thread)
  }
}

/// A layer in a training plan. Slices are independent: any thread may run any slice.
///
/// A layer may need several passes over the batch. Between two passes, and after the last backward one,
/// all threads meet and one of them settles what the whole batch decides.
protocol TrainingLayer: Sendable {
  var forwardPasses: Int { get }
  var backwardPasses: Int { get }
  /// Whether there is something to settle even after the only backward pass.
  var settlesLastPass: Bool { get }
  /// Whether the layer calls the norm behind it, in its last forward and its first backward pass.
  var bringsNorm: Bool { get }
  /// Rearranges the weights; called once a step.
  func rearrange()
  func forward(_ turn: TrainingTurn, pass: Int)
  func settleForward(pass: Int, momentum: Float)
  /// Adds to the weights' gradients and delivers the input's.
  func backward(_ turn: TrainingTurn, pass: Int)
  func settleBackward(pass: Int)
}

/// A layer that needs one pass forward and one backward.
protocol OnePassLayer: TrainingLayer {
  /// What its time is booked as.
  var kind: KernelKind { get }
  func forward(_ turn: TrainingTurn)
  func backward(_ turn: TrainingTurn)
}

extension TrainingLayer {
  var bringsNorm: Bool { false }
  func rearrange() {}
}

extension OnePassLayer {
  var forwardPasses: Int { 1 }
  var backwardPasses: Int { 1 }
  func settleForward(pass: Int, momentum: Float) {}
  var settlesLastPass: Bool { false }
  func settleBackward(pass: Int) {}

  func forward(_ turn: TrainingTurn, pass: Int) {
    forward(turn)
    turn.lap(kind)
  }

  func backward(_ turn: TrainingTurn, pass: Int) {
    backward(turn)
    turn.lap(kind)
  }
}

/// The images 0..<count in groups of `size`; the last group may be smaller.
func imageGroups(_ count: Int, of size: Int) -> some Sequence<Range<Int>> {
  stride(from: 0, to: count, by: size).lazy.map { $0..<min(count, $0 + size) }
}

/// Returns whether a norm may run on groups of images of so many floats each: its passes write whole
/// vectors, which must not reach into the next group.
func isWholeVectors(_ floats: Int) -> Bool { floats % vectorWidth == 0 }
