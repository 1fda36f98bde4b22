import TensorKernels

extension InferenceKernel {
  /// Describes a kernel of a network that another program made.
  ///
  /// - Parameters:
  ///   - kernelSize: The window's side, the longer one if they differ.
  ///   - macs: Multiply–accumulate operations of one image.
  ///   - weightCount: Weights and biases read.
  public init(
    _ kind: Kind, from inputShape: TensorShape, to outputShape: TensorShape, kernelSize: Int = 1,
    stride: Int = 1, groups: Int = 1, activation: Activation = .identity, macs: Int = 0,
    weightCount: Int = 0, addsResidual: Bool = false
  ) {
    self.init(
      kind: kind, kernelSize: kernelSize, stride: stride, groups: groups,
      inputShape: inputShape, outputShape: outputShape, activation: activation, macs: macs,
      weightCount: weightCount,
      addsResidual: addsResidual)
  }
}
