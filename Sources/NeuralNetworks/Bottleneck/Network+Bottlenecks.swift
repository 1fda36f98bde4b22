import TensorKernels

extension Network {
  func bottleneckShape(
    _ unit: TrainingUnit, _ depthwise: TrainingUnit.Depthwise
  ) -> BottleneckShape {
    guard
      case .depthwiseConvolution(let kernel, let stride, let padding) =
        nodes[depthwise.convolution].layer
    else { preconditionFailure("node \(depthwise.convolution) is no depthwise convolution") }
    let input = inputShape(of: depthwise.convolution)
    return BottleneckShape(
      plane: PlaneShape(
        height: input.height, width: input.width, kernel: kernel, stride: stride,
        padding: padding),
      channels: input.channels, outputs: nodes[unit.group.head].shape.channels)
  }

  func hiddenChannels(_ squeeze: Int?) -> Int? {
    guard let squeeze, case .squeezeExcitation(let hidden) = nodes[squeeze].layer else {
      return nil
    }
    return hidden
  }
}
