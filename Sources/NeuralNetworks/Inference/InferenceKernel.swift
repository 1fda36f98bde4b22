// What hardware profiles price: the kernels that inference runs, with their exact sizes.

/// One kernel of the inference plan, as a hardware profile prices it.
public struct InferenceKernel: Hashable, Sendable {
  /// What the kernel computes; layers fused behind it are in its other fields.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case convolution
    case pointwise
    case depthwise
    case dense
    case squeezeExcitation = "squeeze_excitation"
    case pooling
    case globalPooling = "global_pooling"
    /// A norm, add or activation that no other kernel could take in, a channel shuffle, and zeros.
    case elementwise
    /// A norm of each position over its channels: two sums and a scaling.
    case layerNorm = "layer_norm"
    /// A Gaussian linear unit, which costs far more a value than other activations.
    case gelu
  }

  public var kind: Kind
  /// The window's longer side, 1 where there is none.
  public var kernelSize: Int
  public var stride: Int
  /// The groups that a convolution's channels form, each seeing only itself; 1 for all other kernels.
  public var groups: Int
  public var inputShape: TensorShape
  public var outputShape: TensorShape
  public var activation: Activation
  public var macs: Int
  /// Weights and biases read, norms folded.
  public var weightCount: Int
  /// Whether a residual tensor of the output's shape is read and added.
  public var addsResidual: Bool

  public init(
    kind: Kind, kernelSize: Int, stride: Int, groups: Int, inputShape: TensorShape,
    outputShape: TensorShape, activation: Activation, macs: Int, weightCount: Int,
    addsResidual: Bool
  ) {
    self.kind = kind
    self.kernelSize = kernelSize
    self.stride = stride
    self.groups = groups
    self.inputShape = inputShape
    self.outputShape = outputShape
    self.activation = activation
    self.macs = macs
    self.weightCount = weightCount
    self.addsResidual = addsResidual
  }

  /// Weights and activations moved if every tensor is touched once, one image.
  public var valuesMoved: Int {
    inputShape.elementCount + outputShape.elementCount * (addsResidual ? 2 : 1) + weightCount
  }

  /// The bytes of these values in fp32.
  public var bytesMoved: Int { bytesMoved(at: .fp32) }

  /// The bytes of these values.
  public func bytesMoved(at precision: Precision) -> Int {
    precision.bytes * (valuesMoved - weightCount) + weightBytes(at: precision)
  }

  /// Those of the weights that are added to sums of products: biases.
  public var biasCount: Int {
    let factors: Int
    switch kind {
    case .convolution, .pointwise, .depthwise, .dense:
      factors = macs / max(1, outputShape.positionCount)
    case .squeezeExcitation: factors = macs
    case .pooling, .globalPooling, .elementwise, .layerNorm, .gelu: return 0
    }
    return max(0, weightCount - factors)
  }

  /// The bytes of weights and biases.
  public func weightBytes(at precision: Precision) -> Int {
    precision.bytes * (weightCount - biasCount) + precision.biasBytes * biasCount
  }
}
