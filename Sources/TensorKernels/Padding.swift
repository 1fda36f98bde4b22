/// What a convolution's window finds around the image: zeros, and so many that windows `stride` apart have
/// ⌈side / stride⌉ places.
public enum Padding: String, Hashable, Sendable, Codable, CaseIterable {
  /// k/2 on both sides of an odd window, as PyTorch's models have it.
  case half
  /// TensorFlow's SAME: no more than the last window needs, halved, the odd one below and to the right. It is
  /// `half` at stride 1, and at stride 2 on odd sides.
  case same
}

/// What a pool's window finds around the image; an average does not count it.
public enum PoolingPadding: Hashable, Sendable {
  /// This many positions on every side.
  case positions(Int)
  /// TensorFlow's SAME, as for convolutions.
  case same
}

extension PoolingPadding: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self = .positions(value) }
}
