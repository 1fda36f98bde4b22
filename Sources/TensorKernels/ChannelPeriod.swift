/// How a per-channel parameter repeats along a flat NHWC buffer, in whole vectors.
///
/// Walking [positions, C] sixteen floats at a time, the channels in a vector repeat after C / gcd(C, 16)
/// vectors. A parameter laid out over one such period serves every channel count at full width: no
/// row has a tail.
public struct ChannelPeriod: Hashable, Sendable {
  public let channels: Int
  /// Vectors in a period.
  public let vectors: Int
  /// Floats in a period.
  public var floats: Int { vectors * vectorWidth }

  public init(channels: Int) {
    self.channels = channels
    var (a, b) = (channels, vectorWidth)
    while b != 0 { (a, b) = (b, a % b) }
    vectors = channels / a
  }

  /// Repeats `values` (`[channels]`) over a period.
  func expand(_ values: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    var i = 0
    while i < floats {
      for c in 0..<channels { output[i &+ c] = values[c] }
      i &+= channels
    }
  }
}
