import RandomStreams

/// The order in which an epoch visits the images of a split.
///
/// It depends on the seed and the epoch alone, not on the epochs before it.
public struct EpochOrder: Sendable {
  /// The indices of all images, in the order of the current epoch.
  public private(set) var indices: [Int]
  private let seed: UInt64

  /// Creates the order of epoch 0.
  ///
  /// - Parameter count: The number of images.
  public init(count: Int, seed: UInt64) {
    precondition(count > 0, "an epoch needs images, got a count of \(count)")
    self.seed = seed
    indices = Array(0..<count)
    shuffle(epoch: 0)
  }

  /// Refills `indices`, in place, with the order of an epoch.
  public mutating func shuffle(epoch: Int) {
    for place in indices.indices { indices[place] = place }
    var stream = RandomStream(seed: seed, purpose: "epoch order", epoch)
    indices.shuffleInPlace(&stream)
  }
}
