import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import Datasets

/// A batch in arrays, for comparing bit by bit.
private struct Batch: Equatable {
  var pixels: [Float]
  var labels: [Int32]

  init(count: Int, imageElements: Int) {
    // A value that no pixel takes shows what was not written.
    pixels = [Float](repeating: -999, count: count * imageElements)
    labels = [Int32](repeating: -999, count: count)
  }

  static func == (a: Batch, b: Batch) -> Bool {
    a.labels == b.labels && a.pixels.map(\.bitPattern) == b.pixels.map(\.bitPattern)
  }
}

@Suite("batches")
struct BatchReaderTests {
  private func batch(
    _ reader: BatchReader, _ indices: [Int], _ split: DatasetSplit = .training,
    _ augmentation: Augmentation = .none, epoch: Int = 0
  ) -> Batch {
    var batch = Batch(count: indices.count, imageElements: reader.dataset.imageElements)
    let key = AugmentationKey(seed: 5, epoch: epoch)
    indices.withUnsafeBufferPointer {
      reader.fill(
        &batch.pixels, labels: &batch.labels, indices: $0, split: split,
        augmentation: augmentation, key: key)
    }
    return batch
  }

  /// One pixel of a standardised image, black outside of it, by the definition.
  private func pixel(
    _ dataset: PreparedDataset, _ index: Int, _ row: Int, _ column: Int, _ channel: Int
  ) -> Float {
    var value = 0.0
    if 0..<dataset.height ~= row && 0..<dataset.width ~= column {
      let place = (row * dataset.width + column) * dataset.channels + channel
      let image = dataset.image(index, of: .training)
      value =
        dataset.pixelType == .uint8
        ? Double(image.load(fromByteOffset: place, as: UInt8.self)) / 255
        : Double(image.load(fromByteOffset: 4 * place, as: Float.self))
    }
    let statistics = dataset.standardization
    return Float((value - statistics.mean[channel]) / statistics.standardDeviation[channel])
  }

  /// What an augmentation should make of an image: every pixel looked up on its own.
  private func reference(
    _ dataset: PreparedDataset, _ index: Int, _ augmentation: Augmentation, epoch: Int
  ) -> [Float] {
    var stream = AugmentationKey(seed: 5, epoch: epoch).stream(forImage: index)
    let (height, width) = (dataset.height, dataset.width)
    var (down, right, mirrored) = (0, 0, false)
    if augmentation.shiftPixels > 0 {
      down = stream.integer(below: 2 * augmentation.shiftPixels + 1) - augmentation.shiftPixels
      right = stream.integer(below: 2 * augmentation.shiftPixels + 1) - augmentation.shiftPixels
    }
    if augmentation.flip { mirrored = stream.integer(below: 2) == 1 }
    let side = augmentation.cutoutPixels
    let centerRow = side > 0 ? stream.integer(below: height) : 0
    let centerColumn = side > 0 ? stream.integer(below: width) : 0
    var result: [Float] = []
    for row in 0..<height {
      for column in 0..<width {
        let isCut =
          (0..<side).contains(row - centerRow + side / 2)
          && (0..<side).contains(column - centerColumn + side / 2)
        let unmirrored = mirrored ? width - 1 - column : column
        for channel in 0..<dataset.channels {
          result.append(
            isCut ? 0 : pixel(dataset, index, row - down, unmirrored - right, channel))
        }
      }
    }
    return result
  }

  private static let augmentations = [
    Augmentation.none,
    Augmentation(shiftPixels: 2, flip: false, cutoutPixels: 0),
    Augmentation(shiftPixels: 0, flip: true, cutoutPixels: 0),
    Augmentation(shiftPixels: 0, flip: false, cutoutPixels: 3),
    Augmentation(shiftPixels: 3, flip: true, cutoutPixels: 2),
    Augmentation(shiftPixels: 9, flip: true, cutoutPixels: 9),  // larger than the image
  ]

  @Test(
    "bytes become what a lookup pixel by pixel gives, to the bit", arguments: augmentations,
    [1, 3])
  func matchesReference(augmentation: Augmentation, channels: Int) throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(try folder.prepared(height: 5, width: 7, channels: channels))
    let indices = [3, 0, 39, 17, 3, 8, 21]
    for epoch in 0..<4 {
      let batch = batch(reader, indices, .training, augmentation, epoch: epoch)
      let expected = indices.flatMap {
        reference(reader.dataset, $0, augmentation, epoch: epoch)
      }
      #expect(batch.pixels == expected)
      #expect(batch.labels == indices.map { Int32(reader.dataset.label($0, of: .training)) })
    }
  }

  @Test(
    "floats become what a lookup gives, but for the rounding of a product",
    arguments: augmentations, [1, 2])
  func floatsMatchReference(augmentation: Augmentation, channels: Int) throws {
    let folder = try TemporaryFolder()
    let pixels = (0..<20 * 4 * 5 * channels).map { Float(pseudoPixel($0)) / 100 - 1 }
    let images = NumericArray(shape: [20, 4, 5, channels], pixels)
    try NPYFile.write(images, to: folder.file("images.npy"))
    try NPYFile.write(
      NumericArray(shape: [20], (0..<20).map { Int64($0 % 4) }), to: folder.file("labels.npy"))
    let dataset = try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(
          train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: nil),
        validationCount: 3, testCount: 4),
      baseFolder: folder.path, into: folder.file("prepared"))
    #expect(dataset.pixelType == .float32)
    let indices = [0, 12, 5]
    let batch = batch(BatchReader(dataset), indices, .training, augmentation, epoch: 1)
    let expected = indices.flatMap { reference(dataset, $0, augmentation, epoch: 1) }
    // Values are below 4; mean, difference and product each round once in 24 bits.
    for (a, b) in zip(batch.pixels, expected) { #expect(abs(a - b) < 2e-6) }
  }

  @Test("a batch filled in slices, in any order, holds the bits of the whole")
  func slices() throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(try folder.prepared())
    let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 2)
    let indices = EpochOrder(count: 40, seed: 1).indices
    let whole = batch(reader, indices, .training, augmentation, epoch: 2)
    var sliced = Batch(count: 40, imageElements: reader.dataset.imageElements)
    let key = AugmentationKey(seed: 5, epoch: 2)
    for slice in [17..<40, 0..<9, 9..<17] {
      indices.withUnsafeBufferPointer { indices in
        sliced.pixels.withUnsafeMutableBufferPointer { pixels in
          sliced.labels.withUnsafeMutableBufferPointer { labels in
            guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else { return }
            reader.fill(
              pixels + slice.lowerBound * reader.dataset.imageElements,
              labels: labels + slice.lowerBound,
              indices: UnsafeBufferPointer(rebasing: indices[slice]), split: .training,
              augmentation: augmentation, key: key)
          }
        }
      }
    }
    #expect(sliced == whole)
    #expect(batch(reader, indices, .training, augmentation, epoch: 3) != whole)
  }

  @Test("a range of neighbours is the same as their indices", arguments: DatasetSplit.allCases)
  func ranges(split: DatasetSplit) throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(try folder.prepared())
    var neighbors = Batch(count: 4, imageElements: reader.dataset.imageElements)
    reader.fill(&neighbors.pixels, labels: &neighbors.labels, range: 2..<6, split: split)
    #expect(neighbors == batch(reader, [2, 3, 4, 5], split))
  }

  @Test("the whole training split has mean 0 and deviation 1 in every channel")
  func standardized() throws {
    let folder = try TemporaryFolder()
    let reader = BatchReader(try folder.prepared(channels: 3))
    let pixels = batch(reader, Array(0..<40)).pixels
    for channel in 0..<3 {
      let values = stride(from: channel, to: pixels.count, by: 3).map { Double(pixels[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.map { $0 * $0 }.reduce(0, +) / Double(values.count)
      // The pixels are rounded to 24 bits.
      #expect(abs(mean) < 1e-6)
      #expect(abs(variance - 1) < 1e-6)
    }
  }
}
