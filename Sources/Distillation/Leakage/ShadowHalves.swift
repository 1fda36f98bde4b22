import RandomStreams
import Statistics

/// Which images each shadow student is trained on: for each a random half of its own.
///
/// The halves are drawn independently. Halves that complement each other would hold every image equally often, but then the other
/// shadows would tell by their number which half an image of the attacked one is in, and an attack would find
/// what no student has given away.
public struct ShadowHalves: Hashable, Sendable {
  /// The images that are dealt out, ascending.
  public let images: [Int]
  private let seed: UInt64

  /// - Parameters:
  ///   - images: Ascending; at least two.
  ///   - seed: The study's.
  public init(of images: [Int], seed: UInt64) {
    precondition(images.count > 1, "\(images.count) images have no halves")
    (self.images, self.seed) = (images, seed)
  }

  /// Returns the images that a shadow learns from, ascending.
  public func members(of shadow: Int) -> [Int] {
    var random = RandomStream(seed: seed, purpose: "shadow half", shadow)
    let order = random.permutation(of: images.count)
    return order.prefix(images.count / 2).sorted().map { images[$0] }
  }
}
