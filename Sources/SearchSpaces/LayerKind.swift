import NeuralNetworks

/// A layer that a blueprint can name, with its fields.
enum LayerKind: String, CaseIterable, Sendable {
  case convolution
  case depthwiseConvolution = "depthwise_convolution"
  case batchNorm = "batch_norm"
  case layerNorm = "layer_norm"
  case activation
  case gelu
  case squeezeExcitation = "squeeze_excitation"
  case channelShuffle = "channel_shuffle"
  case pooling
  case globalAveragePool = "global_average_pool"
  case dense
  case dropout

  /// What one field of a layer must hold; a field without a default must be given.
  struct FieldRule: Sendable {
    let name: String
    let requirement: Requirement
    var standard: Standard?

    /// What holds where the field is not given.
    enum Standard: Sendable {
      case value(ParameterValue)
      /// What an earlier field holds.
      case field(String)
    }
  }

  /// Whether the layer has a window, and with it a padding.
  var hasWindow: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .pooling: true
    case .batchNorm, .layerNorm, .activation, .gelu, .squeezeExcitation, .channelShuffle,
      .globalAveragePool,
      .dense, .dropout:
      false
    }
  }

  /// Returns the fields of a layer with this padding, in the order in which `layer` takes their values.
  func fields(_ padding: Padding) -> [FieldRule] {
    let stride = FieldRule(name: "stride", requirement: .stride, standard: .value(.integer(1)))
    let channels = FieldRule(name: "channels", requirement: .width)
    let kernel = FieldRule(name: "kernel", requirement: .odd(1...31))
    // A window of an even side has no half.
    let sides: Requirement = padding == .same ? .whole(1...31) : .odd(1...31)
    return switch self {
    case .convolution:
      [
        FieldRule(name: "kernel", requirement: sides), stride, channels,
        FieldRule(name: "groups", requirement: .width, standard: .value(.integer(1))),
        FieldRule(name: "bias", requirement: .flag, standard: .value(.flag(false))),
        FieldRule(name: "kernel_width", requirement: sides, standard: .field("kernel")),
      ]
    case .depthwiseConvolution: [kernel, stride]
    case .batchNorm, .layerNorm, .gelu, .globalAveragePool: []
    case .activation: [FieldRule(name: "kind", requirement: .activation)]
    case .squeezeExcitation: [FieldRule(name: "hidden", requirement: .width)]
    case .channelShuffle: [FieldRule(name: "groups", requirement: .whole(2...65_536))]
    case .pooling:
      [
        FieldRule(name: "kind", requirement: .poolingKind),
        FieldRule(name: "kernel", requirement: .whole(1...31)),
        stride,
      ]
    case .dense: [channels]
    case .dropout: [FieldRule(name: "rate", requirement: .rate)]
    }
  }

  /// Returns the layer whose fields have these values, which fulfil the requirements.
  func layer(_ values: [ParameterValue], padding: Padding) -> Layer {
    switch self {
    case .convolution:
      convolution(
        window: WindowSize(height: values[0].whole, width: values[5].whole),
        stride: values[1].whole, channels: values[2].whole, groups: values[3].whole,
        bias: values[4] == .flag(true), padding: padding)
    case .depthwiseConvolution:
      .depthwiseConvolution(
        kernel: values[0].whole, stride: values[1].whole, padding: padding)
    case .batchNorm: .batchNorm
    case .layerNorm: .layerNorm
    case .gelu: .gelu
    case .activation: .activation(values[0].activation)
    case .squeezeExcitation: .squeezeExcitation(hidden: values[0].whole)
    case .channelShuffle: .channelShuffle(groups: values[0].whole)
    case .pooling:
      .pooling(
        values[0] == .text(PoolingKind.max.rawValue) ? .max : .average, kernel: values[1].whole,
        stride: values[2].whole,
        padding: padding == .same ? .same : .positions((values[1].whole - 1) / 2))
    case .globalAveragePool: .globalAveragePool
    case .dense: .dense(channels: values[0].whole)
    case .dropout: .dropout(rate: values[0].number ?? 0)
    }
  }

  private func convolution(
    window: WindowSize, stride: Int, channels: Int, groups: Int, bias: Bool, padding: Padding
  ) -> Layer {
    groups == 1
      ? .convolution(
        window: window, stride: stride, channels: channels, bias: bias, padding: padding)
      : .groupedConvolution(
        kernel: window.height, stride: stride, channels: channels, groups: groups, bias: bias,
        padding: padding)
  }
}

extension ParameterValue {
  /// The whole number that a value is known to be.
  var whole: Int {
    guard case .integer(let value) = self else {
      preconditionFailure("\(self) is not a whole number")
    }
    return value
  }

  /// The activation that a value is known to name.
  var activation: Activation {
    guard case .text(let name) = self, let activation = Activation(rawValue: name) else {
      preconditionFailure("\(self) is not an activation")
    }
    return activation
  }
}
