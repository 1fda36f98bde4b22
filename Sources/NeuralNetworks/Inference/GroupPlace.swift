/// Where a layer that leads a group stands, and what follows it in the group.
struct GroupPlace: Sendable {
  let layer: LayerPlace
  let group: FusedGroup
  /// What ends the group.
  let activation: Activation

  var node: Int { layer.node }
  /// The shape of the head's first input.
  var input: TensorShape { layer.input }
  /// The shape that the head gives, and with it the group.
  var output: TensorShape { layer.output }

  /// Returns a kernel with the group's shapes and tail.
  func kernel(
    _ kind: InferenceKernel.Kind, size: Int = 1, stride: Int = 1, groups: Int = 1, macs: Int = 0,
    weights: Int = 0
  ) -> InferenceKernel {
    InferenceKernel(
      kind: kind, kernelSize: size, stride: stride, groups: groups, inputShape: input,
      outputShape: output, activation: activation, macs: macs, weightCount: weights,
      addsResidual: group.add != nil)
  }
}

extension GroupPlace {
  /// Returns the kernel of a convolution whose channels form `groups` groups.
  func convolutionKernel(
    window: WindowSize, stride: Int, groups: Int = 1, hasBias: Bool
  ) -> InferenceKernel {
    let weights = window.count * input.channels / groups * output.channels
    let size = max(window.height, window.width)
    return kernel(
      size == 1 ? .pointwise : .convolution, size: size, stride: stride, groups: groups,
      macs: weights * output.positionCount,
      weights: weights + (hasBias || group.norm != nil ? output.channels : 0))
  }
}
