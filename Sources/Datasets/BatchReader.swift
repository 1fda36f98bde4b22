/// Fills batches with standardised, possibly augmented images, without allocating memory.
///
/// One reader may be used by several threads at once, each with its own output.
public final class BatchReader: Sendable {
  /// The data that batches are read from.
  public let dataset: PreparedDataset
  private let standardizer: PixelStandardizer
  /// The size of the images that random changes are drawn for; what is drawn is then scaled to the data set's.
  package let drawing: (height: Int, width: Int)

  /// Creates a reader of a data set.
  public convenience init(_ dataset: PreparedDataset) {
    self.init(dataset, augmentingAs: dataset)
  }

  /// Creates a reader of a data set whose images are changed at random as the same ones of another size are: by as
  /// large a part of the image, to the nearest pixel.
  ///
  /// - Parameter other: The same images in the same order; of another size, perhaps.
  package init(_ dataset: PreparedDataset, augmentingAs other: PreparedDataset) {
    precondition(
      DatasetSplit.allCases.allSatisfy { dataset.count($0) == other.count($0) },
      "the same images")
    self.dataset = dataset
    standardizer = PixelStandardizer(dataset.standardization, type: dataset.pixelType)
    drawing = (other.height, other.width)
  }

  /// Fills a batch with images as they are.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[indices.count, H, W, C]`; overwritten.
  ///   - labels: Classes, −1 where they are not known, `[indices.count]`; overwritten.
  ///   - indices: Which images of the split.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    indices: UnsafeBufferPointer<Int>, split: DatasetSplit
  ) {
    for place in 0..<indices.count {
      convertImage(at: indices[place], of: split, into: output + place * dataset.imageElements)
      labels[place] = Int32(truncatingIfNeeded: dataset.label(indices[place], of: split))
    }
  }

  /// Fills a batch with neighbouring images as they are, as an evaluation wants them.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[range.count, H, W, C]`; overwritten.
  ///   - labels: Classes, `[range.count]`; overwritten.
  ///   - range: Which images of the split.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    range: Range<Int>, split: DatasetSplit
  ) {
    for (place, index) in range.enumerated() {
      convertImage(at: index, of: split, into: output + place * dataset.imageElements)
      labels[place] = Int32(truncatingIfNeeded: dataset.label(index, of: split))
    }
  }

  /// Fills a batch with images shifted, then mirrored, then cut out at random.
  ///
  /// What is drawn for an image depends on `key` and its index alone, so slices of a batch hold the
  /// same bits as the whole.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[indices.count, H, W, C]`; overwritten.
  ///   - labels: Classes, `[indices.count]`; overwritten.
  ///   - indices: Which images of the split.
  ///   - key: The random numbers of this epoch.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
    indices: UnsafeBufferPointer<Int>, split: DatasetSplit,
    augmentation: Augmentation, key: AugmentationKey
  ) {
    if augmentation == .none {
      return fill(output, labels: labels, indices: indices, split: split)
    }
    for place in 0..<indices.count {
      var stream = key.stream(forImage: indices[place])
      let draw = AugmentationDraw(
        augmentation, height: drawing.height, width: drawing.width, stream: &stream
      ).scaled(from: drawing, to: (dataset.height, dataset.width))
      convertImage(
        at: indices[place], of: split, into: output + place * dataset.imageElements, draw)
      labels[place] = Int32(truncatingIfNeeded: dataset.label(indices[place], of: split))
    }
  }

  func convertImage(
    at index: Int, of split: DatasetSplit, into output: UnsafeMutablePointer<Float>
  ) {
    standardizer.convert(
      dataset.image(index, of: split), into: output, count: dataset.height * dataset.width,
      backwards: false)
  }

  private func convertImage(
    at index: Int, of split: DatasetSplit, into output: UnsafeMutablePointer<Float>,
    _ draw: AugmentationDraw
  ) {
    let source = dataset.image(index, of: split)
    let (height, width, channels) = (dataset.height, dataset.width, dataset.channels)
    let pixelBytes = channels * dataset.pixelType.byteCount
    // The columns of the shifted image that have a source, before mirroring.
    let first = min(width, max(0, draw.shiftRight))
    let last = max(first, min(width, width + draw.shiftRight))
    let (leftPadding, rightPadding) =
      draw.isFlipped ? (width - last, first) : (first, width - last)
    for row in 0..<height {
      let target = output + row * width * channels
      let sourceRow = row - draw.shiftDown
      guard 0 <= sourceRow, sourceRow < height else {
        standardizer.fillBlack(target, count: width)
        continue
      }
      standardizer.fillBlack(target, count: leftPadding)
      let start = draw.isFlipped ? width - 1 - first : first
      standardizer.convert(
        source + (sourceRow * width + first - draw.shiftRight) * pixelBytes,
        into: target + start * channels, count: last - first, backwards: draw.isFlipped)
      standardizer.fillBlack(target + (width - rightPadding) * channels, count: rightPadding)
    }
    for row in draw.cutoutRows {
      let target = output + (row * width + draw.cutoutColumns.lowerBound) * channels
      target.update(repeating: 0, count: draw.cutoutColumns.count * channels)
    }
  }
}
