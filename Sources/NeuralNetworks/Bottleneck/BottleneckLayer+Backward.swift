import TensorKernels

extension BottleneckLayer {
  /// The projection's gradients, back to dz behind the depthwise convolution's norm.
  func projectBackward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let parts = BottleneckScratch(shape, memory: scratch(slice))
    let pixels = shape.plane.outputPixels
    norm.statistics.clearSums(slice: slice)
    for images in groups(slice) {
      turn.norm?.applyBackward(slice: slice, images: images)
      turn.lap(.norm)
      let positions = images.count * pixels
      let gradient = outputGradient(slice) + images.lowerBound * pixels * shape.outputs
      for block in 0..<shape.planes {
        let wide = group(images, plane: block, of: gradients(slice))
        planeProduct(
          gradient, panel: weights.panels + block * shape.outputs * planeChannels,
          start: zeroPlaneStart, into: wide, positions: positions, depth: shape.outputs)
        turn.lap(.pointwise)
        norm.activate(
          group(images, plane: block, of: stored(slice)), plane: block, into: parts.planes,
          positions: positions)
        turn.lap(.norm)
        if let squeeze {
          for image in images {
            let place = (image - images.lowerBound) * pixels * planeChannels
            planeDot(
              parts.planes + place, wide + place,
              into: squeeze.gateGradient(slice, image: image) + block * planeChannels,
              lanes: shape.lanes(block), positions: pixels)
          }
          scale(parts.planes, by: squeeze, block, slice, images)
          turn.lap(.squeezeExcitation)
        }
        planeTransposedProduct(
          parts.planes, gradient,
          addingTo: projection.gradient(slice) + block * planeChannels * shape.outputs,
          rows: shape.lanes(block), positions: positions, columns: shape.outputs)
        turn.lap(.pointwise)
        if squeeze == nil {
          norm.slope(
            wide, values: group(images, plane: block, of: stored(slice)), plane: block,
            slice: slice, sums: parts.sums, positions: positions)
          turn.lap(.norm)
        }
      }
      if let squeeze { excite(turn, squeeze, images, sums: parts.sums) }
    }
    if let squeeze {
      squeeze.addWeightGradients(slice: slice, images: self.images[slice])
      turn.lap(.squeezeExcitation)
    }
  }

  /// The gate's gradient, and through it dz of all planes of `images`.
  private func excite(
    _ turn: TrainingTurn, _ squeeze: ExcitationGate, _ images: Range<Int>,
    sums: UnsafeMutablePointer<Float>
  ) {
    let (slice, pixels) = (turn.slice, shape.plane.outputPixels)
    squeeze.backward(slice: slice, images: images, positions: pixels)
    turn.lap(.squeezeExcitation)
    for block in 0..<shape.planes {
      let wide = group(images, plane: block, of: gradients(slice))
      for image in images {
        scalePlane(
          wide + (image - images.lowerBound) * pixels * planeChannels,
          by: squeeze.gate(slice, image: image) + block * planeChannels,
          adding: squeeze.meanGradient(slice, image: image) + block * planeChannels,
          positions: pixels)
      }
      turn.lap(.squeezeExcitation)
      norm.slope(
        wide, values: group(images, plane: block, of: stored(slice)), plane: block, slice: slice,
        sums: sums, positions: images.count * pixels)
      turn.lap(.norm)
    }
  }

  /// From dz behind the depthwise convolution's norm to the input's gradient.
  func convolveBackward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let parts = BottleneckScratch(shape, memory: scratch(slice))
    let plane = shape.plane
    let filterGradients = filterGradients[slice]
    filterGradients.update(repeating: 0, count: shape.planes * shape.taps * planeChannels)
    shape.inputFrame.clearBorder(parts.frame)
    shape.outputFrame.clearBorder(parts.gradientFrame)
    expansion?.moments[slice].clearGradientSums()
    for images in groups(slice) {
      let planeFloats = images.count * plane.inputPixels * planeChannels
      for block in 0..<shape.planes {
        expansion?.product(plane: block, slice: slice, images: images, into: parts.values)
        turn.lap(.pointwise)
        let wide = group(images, plane: block, of: gradients(slice))
        let values = group(images, plane: block, of: stored(slice))
        let inner = parts.planes + block * planeFloats
        let filter = block * shape.taps * planeChannels
        for image in images {
          let place = image - images.lowerBound
          let outputPlace = place * plane.outputPixels * planeChannels
          let inputPlace = place * plane.inputPixels * planeChannels
          norm.backward(
            wide + outputPlace, values: values + outputPlace, plane: block,
            into: parts.gradientFrame, shape: shape.outputFrame)
          turn.lap(.norm)
          fill(
            parts.frame, slice: slice, image: image, plane: block,
            values: parts.values + inputPlace)
          turn.lap(.activation)
          depthwisePlaneBackwardFilter(
            parts.frame, parts.gradientFrame, addingTo: filterGradients + filter, shape: plane)
          if delivery != .none || expansion != nil {
            depthwisePlaneBackwardInput(
              parts.gradientFrame, weights.filters + filter, into: inner + inputPlace, shape: plane)
          }
          turn.lap(.depthwise)
        }
        passOn(inner, parts: parts, plane: block, turn, images)
      }
      expansion?.deliver(parts.planes, slice: slice, images: images)
      turn.lap(.pointwise)
      turn.handBack(images)
    }
    addFilterGradients(slice)
    turn.lap(.depthwise)
  }

  /// Hands one plane of the depthwise convolution's input gradient to the expansion or the input.
  private func passOn(
    _ gradient: UnsafeMutablePointer<Float>, parts: BottleneckScratch, plane: Int,
    _ turn: TrainingTurn, _ images: Range<Int>
  ) {
    let (slice, positions) = (turn.slice, images.count * shape.plane.inputPixels)
    if let expansion {
      parts.sums.update(repeating: 0, count: planeChannels)
      slopePlane(
        gradient, values: parts.values, activation: expansion.activation, sum: parts.sums,
        positions: positions)
      turn.lap(.activation)
      expansion.addGradient(
        gradient, sums: parts.sums, plane: plane, slice: slice, images: images)
      turn.lap(.pointwise)
    } else if delivery != .none {
      scatterPlane(
        gradient,
        into: inputGradient(slice) + images.lowerBound * shape.plane.inputPixels * shape.channels,
        channels: shape.channels, first: plane * planeChannels,
        accumulate: delivery == .accumulate, positions: positions)
      turn.lap(.activation)
    }
  }

  private func addFilterGradients(_ slice: Int) {
    let taps = shape.taps
    let output = filters.gradient(slice)
    for channel in 0..<shape.channels {
      let (plane, lane) = (channel / planeChannels, channel % planeChannels)
      for tap in 0..<taps {
        output[tap * shape.channels + channel] +=
          filterGradients[slice][(plane * taps + tap) * planeChannels + lane]
      }
    }
  }
}
