/// The numbers that weights and activations are stored as.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
  case fp32
  case fp16
  case int8

  /// Bytes of one weight or activation.
  public var bytes: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    case .int8: 1
    }
  }

  /// Bytes of one bias: of int8 the 32 bits of the sums that it is added to.
  public var biasBytes: Int { self == .int8 ? 4 : bytes }

  /// Returns the bytes of values that take so many bytes in fp32, as kernels and costs count them.
  public func bytes(ofFP32 bytes: Int) -> Int { bytes / Precision.fp32.bytes * self.bytes }
}
