import TensorKernels

/// An inverted residual or separable convolution up to its last norm: [expansion →] depthwise → norm →
/// activation [→ squeeze-and-excitation] → projection.
///
/// A few images at a time go through the block, sixteen wide channels (a plane) after the other. Of the
/// wide tensors only the depthwise convolution's output is stored, because its norm must have seen the
/// whole batch before anything can follow; all others are computed again where the backward pass needs
/// them, from cache to cache. The projection's own norm and residual add follow as any head's.
struct BottleneckLayer: TrainingLayer, @unchecked Sendable {
  let shape: BottleneckShape
  let images: [Int]
  let expansion: StreamedExpansion?
  let input: SliceBuffer
  let inputGradient: SliceBuffer
  let delivery: GradientDelivery
  let norm: BottleneckNorm
  let filters: TrainedTensor
  let squeeze: ExcitationGate?
  let projection: TrainedTensor
  /// The projection's output and its gradient, `[images, H', W', outputs]`.
  let output: SliceBuffer
  let outputGradient: SliceBuffer
  /// The depthwise convolution's output, group by group, plane by plane.
  let stored: SliceBuffer
  /// dz behind its norm, laid out alike; lives only within the backward pass.
  let gradients: SliceBuffer
  let scratch: SliceBuffer
  let weights: Weights
  let filterGradients: [UnsafeMutablePointer<Float>]

  /// Weights rearranged once a step; what belongs to no channel stays zero.
  struct Weights: @unchecked Sendable {
    /// `[planes, k·k, 16]`.
    let filters: UnsafeMutablePointer<Float>
    /// `[16 · planes, outputs]`.
    let projection: UnsafeMutablePointer<Float>
    /// The projection's transpose as panels, `[planes, outputs, 16]`.
    let panels: UnsafeMutablePointer<Float>

    init(_ shape: BottleneckShape, cursor: inout MemoryCursor) {
      let wide = shape.planes * planeChannels
      filters = cursor.take(shape.taps * wide)
      projection = cursor.take(wide * shape.outputs)
      panels = cursor.take(wide * shape.outputs)
    }
  }

  var forwardPasses: [ForwardPass] {
    var passes: [ForwardPass] = []
    if let expansion {
      passes.append(
        ForwardPass(expansion.gatherMoments, settle: expansion.settleForward))
    }
    passes.append(ForwardPass(convolve, settle: norm.statistics.prepareForward))
    passes.append(ForwardPass(project))
    return passes
  }

  var backwardPasses: [BackwardPass] {
    var passes = [
      BackwardPass(projectBackward, settle: norm.statistics.prepareBackward),
      BackwardPass(convolveBackward, settle: expansion.map { $0.settleBackward }),
    ]
    if let expansion, delivery != .none { passes.append(BackwardPass(expansion.deliverRest)) }
    return passes
  }

  var bringsNorm: Bool {
    isWholeVectors(shape.groupImages * shape.plane.outputPixels * shape.outputs)
  }

  /// A norm before an expansion is not called: the expansion's moments need all images first.
  var bringsInputNorm: Bool {
    expansion == nil
      && isWholeVectors(shape.groupImages * shape.plane.inputPixels * shape.channels)
  }

  func rearrange() {
    let taps = shape.taps
    for channel in 0..<shape.channels {
      let (plane, lane) = (channel / planeChannels, channel % planeChannels)
      for tap in 0..<taps {
        weights.filters[(plane * taps + tap) * planeChannels + lane] =
          filters.value[tap * shape.channels + channel]
      }
      let row = projection.value + channel * shape.outputs
      (weights.projection + channel * shape.outputs).update(from: row, count: shape.outputs)
      for o in 0..<shape.outputs {
        weights.panels[(plane * shape.outputs + o) * planeChannels + lane] = row[o]
      }
    }
    squeeze?.rearrange()
    norm.statistics.preparePivot()
  }
}

extension BottleneckLayer {
  func group(_ images: Range<Int>, plane: Int, of buffer: UnsafeMutablePointer<Float>)
    -> UnsafeMutablePointer<Float>
  {
    let planeFloats = shape.plane.outputPixels * planeChannels
    return buffer + (images.lowerBound * shape.planes + plane * images.count) * planeFloats
  }

  func groups(_ slice: Int) -> some Sequence<Range<Int>> {
    imageGroups(images[slice], of: shape.groupImages)
  }

  /// Fills a frame with the activated input of the depthwise convolution, one image and plane.
  ///
  /// - Parameter values: The expansion's z for the image, if there is one.
  func fill(
    _ frame: UnsafeMutablePointer<Float>, slice: Int, image: Int, plane: Int,
    values: UnsafePointer<Float>
  ) {
    if let expansion {
      activatePlane(
        values, activation: expansion.activation, into: frame, shape: shape.inputFrame)
    } else {
      gatherPlane(
        input(slice) + image * shape.plane.inputPixels * shape.channels, channels: shape.channels,
        first: plane * planeChannels, into: frame, shape: shape.inputFrame)
    }
  }

  /// Input → depthwise convolution's output, and its moments.
  private func convolve(_ turn: TrainingTurn) {
    let slice = turn.slice
    let parts = BottleneckScratch(shape, memory: scratch(slice))
    let plane = shape.plane
    shape.inputFrame.clearBorder(parts.frame)
    norm.statistics.clearSums(slice: slice)
    for images in groups(slice) {
      turn.receive(images)
      for block in 0..<shape.planes {
        expansion?.product(plane: block, slice: slice, images: images, into: parts.values)
        turn.lap(.pointwise)
        parts.sums.update(repeating: 0, count: 2 * planeChannels)
        let output = group(images, plane: block, of: stored(slice))
        for image in images {
          let place = image - images.lowerBound
          fill(
            parts.frame, slice: slice, image: image, plane: block,
            values: parts.values + place * plane.inputPixels * planeChannels)
          turn.lap(.activation)
          depthwisePlaneForward(
            parts.frame, weights.filters + block * shape.taps * planeChannels,
            pivot: norm.statistics.buffers.mean + block * planeChannels,
            into: output + place * plane.outputPixels * planeChannels, shape: plane,
            sums: parts.sums)
          turn.lap(.depthwise)
        }
        norm.add(parts.sums, plane: block, slice: slice)
      }
    }
  }

  /// Depthwise convolution's output → norm → activation → projection.
  private func project(_ turn: TrainingTurn) {
    let slice = turn.slice
    let parts = BottleneckScratch(shape, memory: scratch(slice))
    let pixels = shape.plane.outputPixels
    for images in groups(slice) {
      let positions = images.count * pixels
      let planeFloats = positions * planeChannels
      for block in 0..<shape.planes {
        let values = parts.planes + block * planeFloats
        norm.activate(
          group(images, plane: block, of: stored(slice)), plane: block, into: values,
          positions: positions)
        turn.lap(.norm)
        guard let squeeze else { continue }
        for image in images {
          planeMean(
            values + (image - images.lowerBound) * pixels * planeChannels,
            into: squeeze.mean(slice, image: image) + block * planeChannels,
            lanes: shape.lanes(block), positions: pixels)
        }
        turn.lap(.squeezeExcitation)
      }
      if let squeeze {
        squeeze.forward(slice: slice, images: images)
        for block in 0..<shape.planes {
          scale(parts.planes + block * planeFloats, by: squeeze, block, slice, images)
        }
        turn.lap(.squeezeExcitation)
      }
      narrowProduct(
        parts.planes, planeStride: planeFloats, planeCount: shape.planes,
        right: weights.projection, accumulate: false,
        into: output(slice) + images.lowerBound * pixels * shape.outputs, positions: positions,
        columns: shape.outputs)
      turn.lap(.pointwise)
      turn.norm?.accumulateMoments(slice: slice, images: images)
      turn.lap(.norm)
    }
  }

  func scale(
    _ values: UnsafeMutablePointer<Float>, by squeeze: ExcitationGate, _ plane: Int, _ slice: Int,
    _ images: Range<Int>
  ) {
    let pixels = shape.plane.outputPixels
    for image in images {
      scalePlane(
        values + (image - images.lowerBound) * pixels * planeChannels,
        by: squeeze.gate(slice, image: image) + plane * planeChannels, positions: pixels)
    }
  }
}
