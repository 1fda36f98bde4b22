import TensorKernels

extension Layer {
  /// What the layer is, does and costs: the table of all families.
  var family: any LayerFamily {
    switch self {
    case .input: InputFamily()
    case .convolution(let window, let stride, let channels, let bias, let padding):
      ConvolutionFamily(
        window: window, stride: stride, channels: channels, hasBias: bias, padding: padding)
    case .groupedConvolution(
      let kernel, let stride, let channels, let groups, let bias, let padding):
      GroupedConvolutionFamily(
        kernel: kernel, stride: stride, channels: channels, groups: groups, hasBias: bias,
        padding: padding)
    case .depthwiseConvolution(let kernel, let stride, let padding):
      DepthwiseFamily(kernel: kernel, stride: stride, padding: padding)
    case .batchNorm: BatchNormFamily()
    case .layerNorm: LayerNormFamily()
    case .gelu: GELUFamily()
    case .activation(let activation): ActivationFamily(activation: activation)
    case .squeezeExcitation(let hidden): SqueezeExcitationFamily(hidden: hidden)
    case .add: AddFamily()
    case .zero: ZeroFamily()
    case .channelShuffle(let groups): ChannelShuffleFamily(groups: groups)
    case .pooling(let kind, let kernel, let stride, let padding):
      PoolingFamily(pooling: kind, kernel: kernel, stride: stride, padding: padding)
    case .globalAveragePool: GlobalPoolingFamily()
    case .dense(let channels): DenseFamily(channels: channels)
    case .dropout(let rate): DropoutFamily(rate: rate)
    }
  }

  /// The layer's kind as one word, for error messages and tables.
  public var name: String { family.name }

  /// The non-linearity that the layer is, if it is one.
  var activation: Activation? {
    if case .activation(let activation) = self { return activation }
    return nil
  }
  /// What norms add to a variance before its root is taken.
  public static var normEpsilon: Float { TensorKernels.normEpsilon }
}
