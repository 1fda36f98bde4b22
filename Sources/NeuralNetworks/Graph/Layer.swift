import TensorKernels

/// The shape of one image's activations. In memory they are stored height, width, channels (NHWC).
public struct TensorShape: Hashable, Sendable, Codable {
  public let height: Int
  public let width: Int
  public let channels: Int

  /// Creates a shape; every side must be at least 1.
  public init(height: Int, width: Int, channels: Int) {
    precondition(
      height > 0 && width > 0 && channels > 0, "empty shape \(height)×\(width)×\(channels)")
    (self.height, self.width, self.channels) = (height, width, channels)
  }

  /// A vector: what a dense layer gives.
  public init(channels: Int) { self.init(height: 1, width: 1, channels: channels) }

  /// The number of values, H·W·C.
  public var elementCount: Int { height * width * channels }
  /// The number of positions, H·W.
  public var positionCount: Int { height * width }
}

extension TensorShape: CustomStringConvertible {
  public var description: String { "\(height)×\(width)×\(channels)" }
}

/// A pointwise non-linearity.
public typealias Activation = TensorKernels.Activation

/// What a convolution's window finds around the image.
public typealias Padding = TensorKernels.Padding
/// What a pool's window finds around the image.
public typealias PoolingPadding = TensorKernels.PoolingPadding
/// The height and the width of a window.
public typealias WindowSize = TensorKernels.WindowSize
/// How a window passes along one axis of an image.
public typealias WindowAxis = TensorKernels.WindowAxis

/// How a window is reduced to one value.
public enum PoolingKind: String, Hashable, Sendable, Codable, CaseIterable {
  case average
  case max
}

/// One layer of a network; the shapes it works on come from its place in the graph.
public enum Layer: Hashable, Sendable {
  case input
  /// A dense convolution, without bias unless `bias`. Weights `[kh, kw, Cin, Cout]`. The window's sides are odd
  /// unless the padding is `same`; `convolution(kernel:…)` makes a square one.
  case convolution(
    window: WindowSize, stride: Int, channels: Int, bias: Bool, padding: Padding = .half)
  /// A convolution whose channels form two or more groups of equal size: group g of the outputs sees only
  /// group g of the inputs. Weights `[k, k, Cin / groups, Cout]`.
  case groupedConvolution(
    kernel: Int, stride: Int, channels: Int, groups: Int, bias: Bool, padding: Padding = .half)
  /// One k×k filter per channel, k odd. Weights `[k, k, C]`.
  case depthwiseConvolution(kernel: Int, stride: Int, padding: Padding = .half)
  /// Batch normalisation with learnt scale and shift; ε = 1e-5.
  case batchNorm
  /// Normalisation of each position over its channels, with learnt scale and shift; ε = 1e-5.
  ///
  /// Source: Ba et al., "Layer normalization", arXiv:1607.06450.
  case layerNorm
  case activation(Activation)
  /// x·Φ(x), exact. Source: Hendrycks and Gimpel, arXiv:1606.08415.
  case gelu
  /// Global mean → dense to `hidden` → ReLU → dense to C → hard sigmoid → scales the channels.
  ///
  /// Source: Hu et al., "Squeeze-and-Excitation Networks", arXiv:1709.01507.
  case squeezeExcitation(hidden: Int)
  /// The sum of two tensors of one shape, or twice the same tensor.
  case add
  /// Zeros of the input's shape; nothing reaches the input's gradient.
  case zero
  /// Channels in `groups` groups, dealt out one of each group in turn: channel i of group g becomes channel
  /// i · groups + g, so that the groups of a next convolution see all groups of the last one.
  ///
  /// Source: Zhang et al., "ShuffleNet", arXiv:1707.01083.
  case channelShuffle(groups: Int)
  /// A k×k window; the average counts only positions inside the image.
  case pooling(PoolingKind, kernel: Int, stride: Int, padding: PoolingPadding)
  case globalAveragePool
  /// A fully connected layer with bias over the flattened input. Weights `[inputs, channels]`.
  case dense(channels: Int)
  /// Sets values to zero with probability `rate` in training and scales the others; identity otherwise.
  case dropout(rate: Double)
}

extension Layer {
  /// A dense convolution with a square window.
  public static func convolution(
    kernel: Int, stride: Int, channels: Int, bias: Bool, padding: Padding = .half
  ) -> Layer {
    .convolution(
      window: WindowSize(side: kernel), stride: stride, channels: channels, bias: bias,
      padding: padding)
  }

  /// Returns how the layer's window passes over the height and the width of an image, if it has one.
  ///
  /// - Parameter input: A shape on which the layer works.
  public func windowAxes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis)? {
    (family as? any WindowedFamily)?.axes(on: input)
  }
}
