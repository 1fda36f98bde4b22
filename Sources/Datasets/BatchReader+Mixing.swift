extension BatchReader {
  /// Draws what is mixed into an image; nil for nothing.
  ///
  /// - Parameter key: The random numbers of this epoch.
  public func mixDraw(
    _ mixes: [ImageMix], forImage index: Int, of split: DatasetSplit, key: AugmentationKey
  ) -> MixDraw? {
    MixDraw(mixes, forImage: index, of: split, in: dataset, drawing: drawing, key: key)
  }

  /// Fills a batch with augmented images into which other images are mixed, each augmented as it is in this epoch.
  ///
  /// What is drawn for an image depends on `key`, the image and the data alone, so slices of a batch hold the same
  /// bits as the whole. Standardised images are mixed, which is the same as standardising mixed ones.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[indices.count, H, W, C]`; overwritten.
  ///   - labels: Classes, −1 where they are not known, `[indices.count]`; overwritten.
  ///   - otherLabels: Classes of what is mixed in, known where the label is, `[indices.count]`; overwritten.
  ///   - shares: Its share of each image, 0 where nothing is mixed in, `[indices.count]`; overwritten.
  ///   - indices: Which images of the split.
  ///   - key: The random numbers of this epoch.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    otherLabels: UnsafeMutablePointer<Int32>, shares: UnsafeMutablePointer<Float>,
    indices: UnsafeBufferPointer<Int>, split: DatasetSplit, augmentation: Augmentation,
    mixes: [ImageMix], key: AugmentationKey
  ) {
    fill(
      output, labels: labels, indices: indices, split: split, augmentation: augmentation, key: key)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: dataset.imageElements) { buffer in
      guard let partner = buffer.baseAddress else { return }
      for (place, index) in indices.enumerated() {
        guard let draw = mixDraw(mixes, forImage: index, of: split, key: key) else {
          (otherLabels[place], shares[place]) = (labels[place], 0)
          continue
        }
        withUnsafePointer(to: draw.partner) {
          fill(
            partner, labels: otherLabels + place,
            indices: UnsafeBufferPointer(start: $0, count: 1), split: split,
            augmentation: augmentation, key: key)
        }
        shares[place] = draw.share
        mix(partner, into: output + place * dataset.imageElements, draw)
      }
    }
  }

  private func mix(
    _ partner: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>, _ draw: MixDraw
  ) {
    guard let area = draw.area else {
      for element in 0..<dataset.imageElements {
        image[element] = (1 - draw.share) * image[element] + draw.share * partner[element]
      }
      return
    }
    for row in area.rows {
      let start = (row * dataset.width + area.columns.lowerBound) * dataset.channels
      (image + start).update(
        from: partner + start, count: area.columns.count * dataset.channels)
    }
  }
}
