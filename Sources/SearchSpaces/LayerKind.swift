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
    var defaultValue: ParameterValue?
  }

  /// The fields, in the order in which `layer` takes their values.
  var fields: [FieldRule] {
    let stride = FieldRule(name: "stride", requirement: .stride, defaultValue: .integer(1))
    let channels = FieldRule(name: "channels", requirement: .width)
    let kernel = FieldRule(name: "kernel", requirement: .odd(1...31))
    return switch self {
    case .convolution:
      [
        kernel, stride, channels,
        FieldRule(name: "groups", requirement: .width, defaultValue: .integer(1)),
        FieldRule(name: "bias", requirement: .flag, defaultValue: .flag(false)),
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
  func layer(_ values: [ParameterValue]) -> Layer {
    switch self {
    case .convolution:
      convolution(
        kernel: values[0].whole, stride: values[1].whole, channels: values[2].whole,
        groups: values[3].whole, bias: values[4] == .flag(true))
    case .depthwiseConvolution:
      .depthwiseConvolution(kernel: values[0].whole, stride: values[1].whole)
    case .batchNorm: .batchNorm
    case .layerNorm: .layerNorm
    case .gelu: .gelu
    case .activation: .activation(values[0].activation)
    case .squeezeExcitation: .squeezeExcitation(hidden: values[0].whole)
    case .channelShuffle: .channelShuffle(groups: values[0].whole)
    case .pooling:
      .pooling(
        values[0] == .text(PoolingKind.max.rawValue) ? .max : .average, kernel: values[1].whole,
        stride: values[2].whole, padding: (values[1].whole - 1) / 2)
    case .globalAveragePool: .globalAveragePool
    case .dense: .dense(channels: values[0].whole)
    case .dropout: .dropout(rate: values[0].number ?? 0)
    }
  }

  private func convolution(
    kernel: Int, stride: Int, channels: Int, groups: Int, bias: Bool
  ) -> Layer {
    groups == 1
      ? .convolution(kernel: kernel, stride: stride, channels: channels, bias: bias)
      : .groupedConvolution(
        kernel: kernel, stride: stride, channels: channels, groups: groups, bias: bias)
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
