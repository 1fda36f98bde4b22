import DeployedModels

extension DeployedModel {
  /// The kernel of each operator.
  var kernels: [any OperatorKernel] {
    operators.map { step -> any OperatorKernel in
      switch step.kind {
      case .convolution(let window): ConvolutionKernel(step, window, in: self)
      case .fullyConnected:
        ConvolutionKernel(step, Window(side: 1, stride: 1, padding: .valid), in: self)
      case .depthwiseConvolution(let window): DepthwiseKernel(step, window, in: self)
      case .add: PairwiseKernel(step, .add, in: self)
      case .multiply: PairwiseKernel(step, .multiply, in: self)
      case .averagePool(let window): AveragePoolKernel(step, window, in: self)
      case .mean: AveragePoolKernel(step, wholeImage(step.inputs[0]), in: self)
      case .maxPool(let window): MaxPoolKernel(step, window, in: self)
      case .reshape, .pad, .transpose: MoveKernel(step, in: self)
      case .softmax: SoftmaxKernel(step, in: self)
      case .logistic: PointwiseKernel(step, .logistic, in: self)
      case .relu: PointwiseKernel(step, .relu, in: self)
      case .relu6: PointwiseKernel(step, .relu6, in: self)
      case .hardSwish: PointwiseKernel(step, .hardSwish, in: self)
      case .gelu: PointwiseKernel(step, .gelu, in: self)
      case .quantize, .dequantize:
        preconditionFailure("a model is fp32 or int8 throughout, and has no \(step.kind)")
      }
    }
  }

  private func wholeImage(_ tensor: Int) -> Window {
    let shape = tensors[tensor].shape
    return Window(
      height: shape[1], width: shape[2], strideY: shape[1], strideX: shape[2], padding: .valid)
  }
}
