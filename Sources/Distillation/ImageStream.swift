import Datasets

/// Images that are seen one after the other without end: pass by pass, each pass in an order of its own.
///
/// What stands at a place depends on the seed and the place alone.
struct ImageStream: Sendable {
  private var order: EpochOrder
  private var pass = 0

  /// - Parameter images: Ascending; not empty.
  init(of images: [Int], seed: UInt64) { order = EpochOrder(of: images, seed: seed) }

  /// Returns the image at a place of the stream, and how often all images come before that pass.
  ///
  /// Places that ascend are cheap: the images are shuffled once a pass.
  mutating func image(at place: Int) -> (index: Int, pass: Int) {
    let count = order.indices.count
    if place / count != pass {
      pass = place / count
      order.shuffle(epoch: pass)
    }
    return (order.indices[place % count], pass)
  }
}
