import TensorKernels

/// What a convolution by minimal filtering keeps in memory, laid out once on a cursor that counts and once on the
/// memory itself.
struct WinogradMemory {
  /// For the whole of training: the weights, transformed for both directions.
  struct State {
    let weights: UnsafeMutablePointer<Float>
    let flippedWeights: UnsafeMutablePointer<Float>

    init(_ shape: WinogradShape, cursor: inout MemoryCursor) {
      weights = cursor.take(shape.weightFloats)
      flippedWeights = cursor.take(shape.flippedWeightFloats)
    }
  }

  /// Of one slice, within one call.
  struct Scratch {
    /// Of the filter's gradient, over all images of the slice, for some channels or all.
    let sums: UnsafeMutablePointer<Float>
    let kernels: UnsafeMutablePointer<Float>

    init(_ shape: WinogradShape, cursor: inout MemoryCursor) {
      sums = cursor.take(shape.sumFloats)
      kernels = cursor.take(shape.scratchFloats)
    }
  }

  /// The floats of both, for slices of at most as many images as the shape's calls.
  static func layerMemory(_ shape: WinogradShape) -> LayerMemory {
    var (state, scratch) = (MemoryCursor(), MemoryCursor())
    _ = State(shape, cursor: &state)
    _ = Scratch(shape, cursor: &scratch)
    return LayerMemory(state: state.floats, scratch: scratch.floats)
  }
}

/// A dense 3×3 convolution at stride 1 by minimal filtering.
///
/// Like `ConvolutionLayer` it runs for a few images at a time. The filter's gradient is summed up in its transformed
/// form over all images of a slice and transformed back once, for a few channels at a time where the slice is small.
struct WinogradConvolutionLayer: OnePassLayer, @unchecked Sendable {
  /// For as many images as the largest slice has.
  let shape: WinogradShape
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor?
  let state: WinogradMemory.State

  init(
    shape: WinogradShape, buffers: LayerBuffers, weight: TrainedTensor, bias: TrainedTensor?,
    state: UnsafeMutablePointer<Float>
  ) {
    (self.shape, self.buffers, self.weight, self.bias) = (shape, buffers, weight, bias)
    var cursor = MemoryCursor(state)
    self.state = WinogradMemory.State(shape, cursor: &cursor)
  }

  private var sizes: ConvolutionShape { shape.convolution }

  var kind: KernelKind { .convolution }
  var bringsNorm: Bool {
    shape.isOneGroup || isWholeVectors(shape.groupImages * sizes.outputFloats)
  }

  var bringsInputNorm: Bool {
    shape.isOneGroup || isWholeVectors(shape.groupImages * sizes.inputFloats)
  }

  func rearrange() {
    transformWinogradWeights(weight.value, into: state.weights, shape: shape)
    guard buffers.delivery != .none else { return }
    transformFlippedWinogradWeights(weight.value, into: state.flippedWeights, shape: shape)
  }

  private func scratch(_ slice: Int) -> WinogradMemory.Scratch {
    var cursor = MemoryCursor(buffers.scratch(slice))
    return WinogradMemory.Scratch(shape, cursor: &cursor)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    for images in imageGroups(buffers.images[slice], of: shape.groupImages) {
      turn.receive(images)
      winogradForward(
        buffers.input(slice) + images.lowerBound * sizes.inputFloats, transformed: state.weights,
        bias: bias?.value, into: buffers.output(slice) + images.lowerBound * sizes.outputFloats,
        scratch: scratch(slice).kernels, images: images.count, shape: shape)
      turn.lap(kind)
      turn.norm?.accumulateMoments(slice: slice, images: images)
      turn.lap(.norm)
    }
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let scratch = scratch(slice)
    if !shape.isOneGroup { scratch.sums.update(repeating: 0, count: shape.sumFloats) }
    for images in imageGroups(buffers.images[slice], of: shape.groupImages) {
      turn.norm?.applyBackward(slice: slice, images: images)
      turn.lap(.norm)
      let gradient = buffers.outputGradient(slice) + images.lowerBound * sizes.outputFloats
      if let bias {
        addColumnSums(
          gradient, to: bias.gradient(slice), rows: images.count * sizes.outputPositions,
          columns: sizes.outputChannels)
      }
      let input = buffers.input(slice) + images.lowerBound * sizes.inputFloats
      if shape.isOneGroup {
        winogradAddFilterGradient(
          input, gradient, to: weight.gradient(slice), sums: scratch.sums,
          scratch: scratch.kernels, images: images.count, shape: shape)
      } else {
        winogradAddProducts(
          input, gradient, to: scratch.sums, scratch: scratch.kernels, images: images.count,
          shape: shape)
      }
      if buffers.delivery != .none {
        winogradBackwardInput(
          gradient, transformed: state.flippedWeights,
          accumulate: buffers.delivery == .accumulate,
          into: buffers.inputGradient(slice) + images.lowerBound * sizes.inputFloats,
          scratch: scratch.kernels, images: images.count, shape: shape)
      }
      turn.lap(kind)
      turn.handBack(images)
    }
    guard !shape.isOneGroup else { return }
    winogradAddFilterGradient(scratch.sums, to: weight.gradient(slice), shape: shape)
    turn.lap(kind)
  }
}
