import TensorKernels

extension Layer: CustomStringConvertible {
  /// The layer with all its numbers. Files name networks by it and hashes of studies depend on it, so what it says
  /// of a layer stays as it is: what is new is told only where it is not the default.
  public var description: String {
    switch self {
    case .input: "input"
    case .convolution(let window, let stride, let channels, let bias, let padding):
      "convolution(kernel: \(window.text), stride: \(stride), channels: \(channels), "
        + "bias: \(bias)\(padding.suffix))"
    case .groupedConvolution(
      let kernel, let stride, let channels, let groups, let bias, let padding):
      "groupedConvolution(kernel: \(kernel), stride: \(stride), channels: \(channels), "
        + "groups: \(groups), bias: \(bias)\(padding.suffix))"
    case .depthwiseConvolution(let kernel, let stride, let padding):
      "depthwiseConvolution(kernel: \(kernel), stride: \(stride)\(padding.suffix))"
    case .batchNorm: "batchNorm"
    case .layerNorm: "layerNorm"
    case .activation(let kind): "activation(TensorKernels.Activation.\(kind.caseName))"
    case .gelu: "gelu"
    case .squeezeExcitation(let hidden): "squeezeExcitation(hidden: \(hidden))"
    case .add: "add"
    case .zero: "zero"
    case .channelShuffle(let groups): "channelShuffle(groups: \(groups))"
    case .pooling(let kind, let kernel, let stride, let padding):
      "pooling(NeuralNetworks.PoolingKind.\(kind.rawValue), kernel: \(kernel), stride: \(stride), "
        + "padding: \(padding.text))"
    case .globalAveragePool: "globalAveragePool"
    case .dense(let channels): "dense(channels: \(channels))"
    case .dropout(let rate): "dropout(rate: \(rate))"
    }
  }
}

extension WindowSize {
  /// The side of a square window, or height and width.
  fileprivate var text: String { height == width ? "\(height)" : "\(height), width: \(width)" }
}

extension Padding {
  fileprivate var suffix: String { self == .half ? "" : ", padding: \(rawValue)" }
}

extension PoolingPadding {
  fileprivate var text: String {
    switch self {
    case .positions(let count): "\(count)"
    case .same: "same"
    }
  }
}

extension Activation {
  /// The case's name, whatever word files have for it.
  fileprivate var caseName: String {
    switch self {
    case .identity: "identity"
    case .relu: "relu"
    case .relu6: "relu6"
    case .hardSwish: "hardSwish"
    }
  }
}
