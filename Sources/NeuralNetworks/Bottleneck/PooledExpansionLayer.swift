import TensorKernels

/// A pointwise convolution, norm and activation of which only every image's mean is wanted: the head of
/// most small networks.
struct PooledExpansionLayer: TrainingLayer, @unchecked Sendable {
  let expansion: StreamedExpansion
  let output: SliceBuffer
  let outputGradient: SliceBuffer
  let scratch: SliceBuffer

  var forwardPasses: [ForwardPass] {
    [
      ForwardPass(expansion.gatherMoments, settle: expansion.settleForward),
      ForwardPass(forward),
    ]
  }

  var backwardPasses: [BackwardPass] {
    var passes = [BackwardPass(backward, settle: expansion.settleBackward)]
    if expansion.delivery != .none { passes.append(BackwardPass(expansion.deliverRest)) }
    return passes
  }

  /// Where a group's values lie in the scratch.
  struct Scratch {
    /// z, one plane.
    let values: UnsafeMutablePointer<Float>
    /// dz, all planes.
    let gradients: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>

    init(positions: Int, planes: Int, cursor: inout MemoryCursor) {
      values = cursor.take(positions * planeChannels)
      gradients = cursor.take(positions * planes * planeChannels)
      sums = cursor.take(planeChannels)
    }
  }

  /// Images that are worked on together.
  private static func groupImages(positions: Int, planes: Int) -> Int {
    groupSize(positions: positions, floats: positions * planes * planeChannels)
  }

  /// Floats of scratch for one slice, given one image's positions.
  static func scratchFloats(positions: Int, planes: Int) -> Int {
    var cursor = MemoryCursor()
    _ = Scratch(
      positions: groupImages(positions: positions, planes: planes) * positions, planes: planes,
      cursor: &cursor)
    return cursor.floats
  }

  private var groupImages: Int {
    Self.groupImages(positions: expansion.positions, planes: expansion.planes)
  }

  private func parts(_ slice: Int) -> Scratch {
    var cursor = MemoryCursor(scratch(slice))
    return Scratch(
      positions: groupImages * expansion.positions, planes: expansion.planes, cursor: &cursor)
  }

  private func forward(_ turn: TrainingTurn) {
    let (slice, positions) = (turn.slice, expansion.positions)
    let parts = parts(slice)
    for images in imageGroups(expansion.images[slice], of: groupImages) {
      for plane in 0..<expansion.planes {
        expansion.product(plane: plane, slice: slice, images: images, into: parts.values)
        turn.lap(.pointwise)
        for image in images {
          activationMeanPlane(
            parts.values + (image - images.lowerBound) * positions * planeChannels,
            activation: expansion.activation,
            into: output(slice) + image * expansion.outputs + plane * planeChannels,
            lanes: expansion.outputs - plane * planeChannels, positions: positions)
        }
        turn.lap(.pooling)
      }
    }
  }

  private func backward(_ turn: TrainingTurn) {
    let (slice, positions) = (turn.slice, expansion.positions)
    let parts = parts(slice)
    expansion.moments[slice].clearGradientSums()
    for images in imageGroups(expansion.images[slice], of: groupImages) {
      let planeFloats = images.count * positions * planeChannels
      for plane in 0..<expansion.planes {
        expansion.product(plane: plane, slice: slice, images: images, into: parts.values)
        turn.lap(.pointwise)
        let gradients = parts.gradients + plane * planeFloats
        parts.sums.update(repeating: 0, count: planeChannels)
        for image in images {
          let place = (image - images.lowerBound) * positions * planeChannels
          activationMeanPlaneBackward(
            outputGradient(slice) + image * expansion.outputs + plane * planeChannels,
            values: parts.values + place, activation: expansion.activation,
            into: gradients + place, sum: parts.sums, positions: positions)
        }
        turn.lap(.pooling)
        expansion.addGradient(
          gradients, sums: parts.sums, plane: plane, slice: slice, images: images)
      }
      expansion.deliver(parts.gradients, slice: slice, images: images)
      turn.lap(.pointwise)
    }
  }
}
