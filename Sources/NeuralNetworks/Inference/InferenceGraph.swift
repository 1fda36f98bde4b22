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
  }

  public var kind: Kind
  /// The window's side, 1 where there is none.
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

  /// Bytes moved if every tensor is touched once, fp32, one image.
  public var bytesMoved: Int {
    4
      * (inputShape.elementCount + outputShape.elementCount * (addsResidual ? 2 : 1)
        + weightCount)
  }
}

/// A network as inference runs it: groups of layers, one kernel each.
public struct InferenceGraph: Sendable {
  public let network: Network
  /// The groups that run, in order; dropout runs nothing.
  public let groups: [FusedGroup]
  /// The kernel of each group.
  public let kernels: [InferenceKernel]

  /// Groups the layers of `network`.
  public init(_ network: Network) {
    self.network = network
    groups = network.fusedGroups.filter {
      if case .dropout = network.nodes[$0.head].layer { return false }
      return true
    }
    kernels = groups.map(network.inferenceKernel)
  }
}

extension Network {
  /// The kernels that inference runs, in order.
  public var inferenceKernels: [InferenceKernel] { InferenceGraph(self).kernels }

  /// Returns the kernel that runs `group`.
  fileprivate func inferenceKernel(_ group: FusedGroup) -> InferenceKernel {
    let node = nodes[group.head]
    let input = inputShape(of: group.head)
    let output = node.shape
    let positions = output.positionCount
    func kernel(
      _ kind: InferenceKernel.Kind, size: Int = 1, stride: Int = 1, groups: Int = 1,
      macs: Int = 0, weights: Int = 0, activation: Activation? = nil, addsResidual: Bool = false
    ) -> InferenceKernel {
      InferenceKernel(
        kind: kind, kernelSize: size, stride: stride, groups: groups, inputShape: input,
        outputShape: output, activation: activation ?? self.activation(of: group), macs: macs,
        weightCount: weights, addsResidual: addsResidual || group.add != nil)
    }
    func convolution(size: Int, stride: Int, groups: Int = 1, bias: Bool) -> InferenceKernel {
      let weights = size * size * input.channels / groups * output.channels
      return kernel(
        size == 1 ? .pointwise : .convolution, size: size, stride: stride, groups: groups,
        macs: weights * positions,
        weights: weights + (bias || group.norm != nil ? output.channels : 0))
    }
    switch node.layer {
    case .input, .dropout:
      preconditionFailure("\(node.layer.name) runs no kernel")
    case .convolution(let size, let stride, _, let bias):
      return convolution(size: size, stride: stride, bias: bias)
    case .groupedConvolution(let size, let stride, _, let groups, let bias):
      return convolution(size: size, stride: stride, groups: groups, bias: bias)
    case .depthwiseConvolution(let size, let stride):
      let weights = size * size * output.channels
      return kernel(
        .depthwise, size: size, stride: stride, macs: weights * positions,
        weights: weights + (group.norm != nil ? output.channels : 0))
    case .dense(let channels):
      let weights = input.elementCount * channels
      return kernel(.dense, macs: weights, weights: weights + channels)
    case .squeezeExcitation(let hidden):
      let weights = 2 * hidden * output.channels
      return kernel(
        .squeezeExcitation, macs: weights, weights: weights + hidden + output.channels)
    case .pooling(_, let size, let stride, _):
      return kernel(.pooling, size: size, stride: stride)
    case .globalAveragePool:
      return kernel(.globalPooling)
    case .batchNorm:
      return kernel(.elementwise, weights: 2 * output.channels)
    case .activation(let activation):
      return kernel(.elementwise, activation: activation)
    case .add:
      return kernel(.elementwise, addsResidual: true)
    case .channelShuffle, .zero:
      return kernel(.elementwise)
    }
  }
}
