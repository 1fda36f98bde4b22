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

/// One call of a layer: which slice of which step, what else to do, and the clock that may be running.
struct TrainingTurn {
  let slice: Int
  let step: Int
  let thread: Int
  /// The norm behind the layer, where the layer calls it for some images at a time: for their moments as
  /// soon as it has given their values, and for their gradient just before it needs it.
  let norm: NormLayer?
  /// The norm before the layer, where the layer calls it for some images at a time: for their values before it reads
  /// them, and for their gradient's sums as soon as it has given that.
  let inputNorm: NormLayer?
  let clock: KernelClock?

  /// Books the time since the last lap.
  @inline(__always)
  func lap(_ kind: KernelKind) {
    clock?.lap(kind, thread: thread)
  }

  /// Has the norm before the layer give the layer's input for some images.
  func receive(_ images: Range<Int>) {
    guard let inputNorm else { return }
    inputNorm.apply(slice: slice, images: images)
    lap(.norm)
  }

  /// Has the norm before the layer take in the gradient that the layer has delivered for some images.
  func handBack(_ images: Range<Int>) {
    guard let inputNorm else { return }
    inputNorm.accumulateBackward(slice: slice, images: images)
    lap(.norm)
  }
}

/// One pass of a layer over the batch in the forward direction, and what one thread does behind it, when
/// all have met, about what the whole batch decides.
struct ForwardPass: Sendable {
  let run: @Sendable (TrainingTurn) -> Void
  let settle: (@Sendable (_ momentum: Float) -> Void)?

  init(
    _ run: @escaping @Sendable (TrainingTurn) -> Void,
    settle: (@Sendable (_ momentum: Float) -> Void)? = nil
  ) {
    (self.run, self.settle) = (run, settle)
  }
}

/// One pass of a layer over the batch in the backward direction, likewise.
struct BackwardPass: Sendable {
  let run: @Sendable (TrainingTurn) -> Void
  let settle: (@Sendable () -> Void)?

  init(
    _ run: @escaping @Sendable (TrainingTurn) -> Void, settle: (@Sendable () -> Void)? = nil
  ) {
    (self.run, self.settle) = (run, settle)
  }
}

/// A layer in a training plan. Slices are independent: any thread may run any slice.
protocol TrainingLayer: Sendable {
  /// One or more. Nothing is settled behind the last one: the norm behind the layer does that.
  var forwardPasses: [ForwardPass] { get }
  /// One or more; together they add to the weights' gradients and deliver the input's.
  var backwardPasses: [BackwardPass] { get }
  /// Whether the layer calls the norm behind it, in its last forward and its first backward pass.
  var bringsNorm: Bool { get }
  /// Whether the layer calls the norm before it, in its first forward and its last backward pass: `receive` for
  /// images in order, before it reads them, and `handBack` behind its last use of what they have.
  var bringsInputNorm: Bool { get }
  /// Rearranges the weights; called once a step.
  func rearrange()
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
  var bringsInputNorm: Bool { false }
  func rearrange() {}
}

extension OnePassLayer {
  var forwardPasses: [ForwardPass] {
    [
      ForwardPass { turn in
        forward(turn)
        turn.lap(kind)
      }
    ]
  }

  var backwardPasses: [BackwardPass] {
    [
      BackwardPass { turn in
        backward(turn)
        turn.lap(kind)
      }
    ]
  }
}

/// The images 0..<count in groups of `size`; the last group may be smaller.
func imageGroups(_ count: Int, of size: Int) -> some Sequence<Range<Int>> {
  stride(from: 0, to: count, by: size).lazy.map { $0..<min(count, $0 + size) }
}

/// Returns whether a norm may run on groups of images of so many floats each: its passes write whole
/// vectors, which must not reach into the next group.
func isWholeVectors(_ floats: Int) -> Bool { floats % vectorWidth == 0 }
