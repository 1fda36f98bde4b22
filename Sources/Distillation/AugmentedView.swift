import Datasets

/// One of the augmented views in which students see their images.
public struct AugmentedView: Sendable {
  /// Its number, from 0.
  public let index: Int
  public let augmentation: Augmentation
  /// How other images are mixed into each; empty: not at all.
  public let mixes: [ImageMix]
  private let seed: UInt64
  private let key: AugmentationKey

  /// - Parameter seed: That of the study's views.
  public init(
    _ index: Int, of augmentation: Augmentation, mixes: [ImageMix] = [], seed: UInt64
  ) {
    (self.index, self.augmentation, self.mixes, self.seed) = (index, augmentation, mixes, seed)
    key = StoredViews.key(seed: seed, view: index)
  }

  /// Everything that it depends on, on one line: equal texts are equal views of equal images.
  public var identity: String {
    "view \(index) seed \(seed) shift \(augmentation.shiftPixels) flip \(augmentation.flip) cutout "
      + "\(augmentation.cutoutPixels)"
      + (mixes.isEmpty ? "" : " mix \(mixes.map(\.identity).joined(separator: "+"))")
  }

  /// Fills a batch with neighbouring images as the view shows them.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[range.count, H, W, C]`; overwritten.
  ///   - labels: The images' own classes, `[range.count]`; overwritten.
  ///   - range: Which images of the split.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    range: Range<Int>, split: DatasetSplit, reader: BatchReader
  ) {
    Array(range).withUnsafeBufferPointer { indices in
      guard !mixes.isEmpty else {
        return reader.fill(
          output, labels: labels, indices: indices, split: split, augmentation: augmentation,
          key: key)
      }
      var otherLabels = [Int32](repeating: -1, count: range.count)
      var shares = [Float](repeating: 0, count: range.count)
      reader.fill(
        output, labels: labels, otherLabels: &otherLabels, shares: &shares, indices: indices,
        split: split, augmentation: augmentation, mixes: mixes, key: key)
    }
  }
}

extension BatchReader {
  /// Fills a batch with neighbouring images, as a view shows them or, without one, as they are.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[range.count, H, W, C]`; overwritten.
  ///   - labels: Classes, `[range.count]`; overwritten.
  ///   - range: Which images of the split.
  package func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    range: Range<Int>, split: DatasetSplit, in view: AugmentedView?
  ) {
    guard let view else { return fill(output, labels: labels, range: range, split: split) }
    view.fill(output, labels: labels, range: range, split: split, reader: self)
  }
}
