import RandomStreams

/// A sample of a split, as it is and corrupted.
///
/// What happens to an image depends on the seed, the kind of corruption and the image alone, so all networks
/// see the same. Whole numbers of 0…255 count as 0…1; other pixels are taken to span what the sample spans.
public struct CorruptedImages: Sendable {
  /// The images of the split, ascending.
  public let indices: [Int]
  /// The class of each.
  public let labels: [Int]
  private let reader: BatchReader
  private let split: DatasetSplit
  private let seed: UInt64
  /// What 0 and 1 stand for, as pixels are stored.
  private let black: Float
  private let white: Float

  /// The values of one image.
  public var imageElements: Int { reader.dataset.imageElements }

  /// Draws a sample without replacement.
  ///
  /// - Parameter count: The images of the sample; all of the split if it has no more.
  public init(_ reader: BatchReader, split: DatasetSplit, count: Int, seed: UInt64) {
    (self.reader, self.split, self.seed) = (reader, split, seed)
    let dataset = reader.dataset
    var order = Array(0..<dataset.count(split))
    var stream = RandomStream(seed: seed, purpose: "corrupted images")
    order.shuffleInPlace(&stream)
    let chosen = order.prefix(count).sorted()
    indices = chosen
    labels = chosen.map { dataset.label($0, of: split) }
    guard dataset.pixelType == .float32 else {
      (black, white) = (0, 255)
      return
    }
    var (low, high) = (Float.infinity, -Float.infinity)
    for index in chosen {
      let pixels = dataset.image(index, of: split).assumingMemoryBound(to: Float.self)
      for place in 0..<dataset.imageElements {
        (low, high) = (min(low, pixels[place]), max(high, pixels[place]))
      }
    }
    // Images that are all of one grey still have a scale.
    (black, white) = (low, high > low ? high : low + 1)
  }
}

extension CorruptedImages {
  /// Fills a batch with images of the sample.
  ///
  /// - Parameters:
  ///   - output: Standardised pixels, `[range.count, H, W, C]`; overwritten.
  ///   - range: Places in the sample.
  ///   - corruption: Nil for the images as they are.
  public func fill(
    _ output: UnsafeMutablePointer<Float>, range: Range<Int>, corruption: Corruption?
  ) {
    let dataset = reader.dataset
    for (place, sample) in range.enumerated() {
      let target = output + place * dataset.imageElements
      guard let corruption else {
        reader.convertImage(at: indices[sample], of: split, into: target)
        continue
      }
      var image = self.image(sample)
      image.apply(corruption, stream: stream(of: sample, corruption.kind))
      standardize(image, into: target)
    }
  }

  /// Returns an image of the sample as it is.
  func image(_ sample: Int) -> PixelImage {
    let dataset = reader.dataset
    let source = dataset.image(indices[sample], of: split)
    let values = (0..<dataset.imageElements).map { place in
      let stored =
        switch dataset.pixelType {
        case .uint8: Float(source.load(fromByteOffset: place, as: UInt8.self))
        case .float32: source.load(fromByteOffset: 4 * place, as: Float.self)
        }
      return (stored - black) / (white - black)
    }
    return PixelImage(
      height: dataset.height, width: dataset.width, channels: dataset.channels, values: values)
  }

  private func stream(of sample: Int, _ kind: Corruption.Kind) -> RandomStream {
    RandomStream(seed: seed, purpose: "corruption \(kind.rawValue)", indices[sample])
  }

  private func standardize(_ image: PixelImage, into output: UnsafeMutablePointer<Float>) {
    let standardization = reader.dataset.standardization
    // Whole numbers of 0…255 are standardised as 0…1.
    let unit: Float = reader.dataset.pixelType == .uint8 ? 255 : 1
    for channel in 0..<image.channels {
      let mean = Float(standardization.mean[channel])
      let scale = Float(1 / standardization.standardDeviation[channel])
      for place in stride(from: channel, to: image.values.count, by: image.channels) {
        let stored = black + image.values[place] * (white - black)
        output[place] = (stored / unit - mean) * scale
      }
    }
  }
}
