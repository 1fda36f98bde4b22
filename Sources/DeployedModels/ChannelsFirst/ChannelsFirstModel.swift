/// A deployed model in the order of ONNX and Core ML: images `[1, C, H, W]`, convolution weights
/// `[Cout, Cin / groups, kh, kw]`, zeros around windows said for each side.
///
/// Every step computes what the operator of the deployed model does; a reshape that mixes positions and channels
/// has transpositions around it.
public struct ChannelsFirstModel: Hashable, Sendable {
  /// Those of the deployed model at the same places, in the new order, and more behind them.
  public internal(set) var tensors: [DeployedTensor]
  /// For each tensor of the deployed model, which of its axes stand where; of constants as they are there.
  public let axes: [[Int]]
  public internal(set) var steps: [Step]
  public let input: Int
  public let output: Int

  /// One operator.
  public struct Step: Hashable, Sendable {
    public let kind: Kind
    /// The activation first, then weights and bias, or the second operand.
    public let inputs: [Int]
    public let output: Int
    /// What is applied before the output is stored.
    public let activation: FusedActivation
  }

  /// What a step computes.
  public enum Kind: Hashable, Sendable {
    /// Inputs: image, weights, bias.
    case convolution(SidedWindow, groups: Int)
    /// Inputs: `[1, Cin]`, weights `[Cout, Cin]`, bias.
    case fullyConnected
    case add
    case multiply
    /// The mean counts only positions inside the image.
    case averagePool(SidedWindow)
    case maxPool(SidedWindow)
    /// The mean over height and width.
    case mean(keepsDimensions: Bool)
    /// To the output's shape; the order of the values stays.
    case reshape
    case transpose([Int])
    /// Zeros around the image.
    case pad(Sides)
    /// Over the channels.
    case softmax
    case logistic
    case relu
    case relu6
    case hardSwish
    case gelu
    case quantize
    case dequantize
  }
}

/// What stands around an image.
public struct Sides: Hashable, Sendable {
  public let top: Int
  public let left: Int
  public let bottom: Int
  public let right: Int

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
  }

  public var isNothing: Bool { self == Sides(top: 0, left: 0, bottom: 0, right: 0) }
}

/// A window and the zeros on each side that it reads.
public struct SidedWindow: Hashable, Sendable {
  public let height: Int
  public let width: Int
  public let strideY: Int
  public let strideX: Int
  public let padding: Sides

  /// Says the padding of a window on an image of a size.
  init(_ window: Window, height imageHeight: Int, width imageWidth: Int) {
    (height, width) = (window.height, window.width)
    (strideY, strideX) = (window.strideY, window.strideX)
    let extent = window.extent(height: imageHeight, width: imageWidth)
    func behind(_ positions: Int, _ stride: Int, _ window: Int, _ length: Int, _ before: Int) -> Int
    {
      max(0, (positions - 1) * stride + window - length - before)
    }
    padding = Sides(
      top: extent.top, left: extent.left,
      bottom: behind(extent.height, window.strideY, window.height, imageHeight, extent.top),
      right: behind(extent.width, window.strideX, window.width, imageWidth, extent.left))
  }

  /// Whether the window is a whole image, read once.
  public func covers(_ image: [Int]) -> Bool {
    padding.isNothing && height == image[2] && width == image[3]
  }
}
