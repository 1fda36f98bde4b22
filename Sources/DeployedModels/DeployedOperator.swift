import NeuralNetworks

/// One step of a deployed model.
public struct DeployedOperator: Hashable, Sendable {
  public var kind: Kind
  /// The tensors read: the activation first, then constants in the order of the format.
  public var inputs: [Int]
  public var output: Int
  /// What is applied to the output in the same step; only convolutions, dense layers, sums, products and pools have one.
  public var activation: FusedActivation

  public init(
    _ kind: Kind, inputs: [Int], output: Int, activation: FusedActivation = .none
  ) {
    self.kind = kind
    self.inputs = inputs
    self.output = output
    self.activation = activation
  }

  /// What a step computes.
  public enum Kind: Hashable, Sendable {
    /// Inputs: image, weights, bias. Fewer input channels in the weights than in the image mean groups.
    case convolution(Window)
    /// Inputs: image, weights, bias; one filter a channel.
    case depthwiseConvolution(Window)
    /// Inputs: `[1, Cin]`, weights, bias.
    case fullyConnected
    /// Inputs: two tensors; the second may be a constant of one value or of one a channel.
    case add
    /// Inputs: two tensors; the second may be a constant as for `add`, or `[1, 1, 1, C]`.
    case multiply
    /// The mean counts only positions inside the image.
    case averagePool(Window)
    case maxPool(Window)
    /// The mean over height and width. Inputs: image, axes (int32).
    case mean(keepsDimensions: Bool)
    /// Inputs: tensor, new shape (int32).
    case reshape
    /// Inputs: image, `[rank, 2]` values before and behind (int32).
    case pad
    /// Inputs: tensor, permutation (int32).
    case transpose
    case softmax
    /// 1 / (1 + exp(−x)).
    case logistic
    case relu
    case relu6
    /// x · relu6(x + 3) / 6.
    case hardSwish
    /// x·Φ(x), exact.
    case gelu
    /// Other integers for the same values, or integers for floats.
    case quantize
    case dequantize
  }
}

/// What an operator applies to its output before storing it.
public enum FusedActivation: String, Hashable, Sendable, CaseIterable {
  case none
  case relu
  case relu6
}

/// Where the windows of a convolution or pool lie.
public struct Window: Hashable, Sendable {
  public var height: Int
  public var width: Int
  public var strideY: Int
  public var strideX: Int
  public var padding: Padding

  /// What surrounds the image.
  public enum Padding: String, Hashable, Sendable, CaseIterable {
    /// As many zeros as give ⌈n / stride⌉ positions, the odd one below and to the right.
    case same
    /// Nothing.
    case valid
  }

  public init(height: Int, width: Int, strideY: Int, strideX: Int, padding: Padding) {
    (self.height, self.width) = (height, width)
    (self.strideY, self.strideX, self.padding) = (strideY, strideX, padding)
  }

  /// A square window.
  public init(side: Int, stride: Int, padding: Padding) {
    self.init(height: side, width: side, strideY: stride, strideX: stride, padding: padding)
  }

  /// Returns how the window passes along a side of `length` values.
  private func axis(of length: Int, window: Int, stride: Int) -> WindowAxis {
    switch padding {
    case .valid:
      WindowAxis(length: length, kernel: window, stride: stride, pooling: .positions(0))
    case .same: WindowAxis(length: length, kernel: window, stride: stride, pooling: .same)
    }
  }

  /// Returns the output's height and width, and the zeros above and to the left of the image.
  public func extent(height inputHeight: Int, width inputWidth: Int) -> WindowExtent {
    let rows = axis(of: inputHeight, window: height, stride: strideY)
    let columns = axis(of: inputWidth, window: width, stride: strideX)
    return WindowExtent(
      height: rows.count, width: columns.count, top: rows.before, left: columns.before)
  }
}

/// What a window gives on an image.
public struct WindowExtent: Hashable, Sendable {
  /// Of the output.
  public let height: Int
  public let width: Int
  /// Zeros above the image.
  public let top: Int
  /// Zeros to the left of the image.
  public let left: Int
}
