import Foundation

/// One bit for each image of a split, in the split's order.
///
/// Image i is bit i mod 8, the least significant first, of byte i / 8; bits beyond the last image are 0.
/// In JSON the bytes are base64.
public struct ImageBits: Hashable, Sendable {
  public let bytes: Data

  /// Sets the bits of those images whose flag is true.
  public init(_ flags: [Bool]) {
    var bytes = Data(count: (flags.count + 7) / 8)
    for (index, flag) in flags.enumerated() where flag { bytes[index / 8] |= 1 << (index % 8) }
    self.bytes = bytes
  }

  /// Takes bytes as `bytes` gives them.
  public init(bytes: Data) { self.bytes = Data(bytes) }

  /// The bit of an image.
  ///
  /// - Precondition: The image is one of those that the bits are of.
  public subscript(image: Int) -> Bool { bytes[image / 8] >> (image % 8) & 1 == 1 }

  /// How many bits are set.
  public var setCount: Int { bytes.reduce(0) { $0 + $1.nonzeroBitCount } }
}

extension ImageBits: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(bytes: try decoder.singleValueContainer().decode(Data.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }
}
