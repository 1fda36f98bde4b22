import RandomStreams

/// The order in which an epoch visits images of a split.
///
/// It depends on the seed and the epoch alone, not on the epochs before it.
public struct EpochOrder: Sendable {
  /// The indices of the images, in the order of the current epoch.
  public private(set) var indices: [Int]
  private let images: [Int]
  private let seed: UInt64

  /// Creates the order of epoch 0 over the first `count` images.
  public init(count: Int, seed: UInt64) { self.init(of: Array(0..<count), seed: seed) }

  /// Creates the order of epoch 0.
  ///
  /// - Parameter images: The images that are visited, ascending.
  public init(of images: [Int], seed: UInt64) {
    precondition(!images.isEmpty, "an epoch needs images")
    (self.images, self.seed) = (images, seed)
    indices = images
    shuffle(epoch: 0)
  }

  /// Refills `indices`, in place, with the order of an epoch.
  public mutating func shuffle(epoch: Int) {
    for place in indices.indices { indices[place] = images[place] }
    var stream = RandomStream(seed: seed, purpose: "epoch order", epoch)
    indices.shuffleInPlace(&stream)
  }
}
