import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("the same images at another size")
struct OtherImagesTests {
  private let folder: TemporaryFolder
  private let dataset: PreparedDataset
  private static let side = 6
  private static let count = 60

  init() throws {
    folder = try TemporaryFolder()
    for (name, factor) in [("small", 1), ("large", 3)] {
      try NPYFile.write(Self.images(Self.count, factor: factor), to: folder.file("\(name).npy"))
      try NPYFile.write(Self.images(9, factor: factor), to: folder.file("test-\(name).npy"))
    }
    for (name, count) in [("labels", Self.count), ("test-labels", 9)] {
      try NPYFile.write(
        NumericArray(shape: [count], (0..<count).map { UInt8($0 * 7 % 3) }),
        to: folder.file("\(name).npy"))
    }
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "small.npy", labels: "labels.npy"),
        test: .init(images: "test-small.npy", labels: "test-labels.npy"), classes: nil),
      validationCount: 12)
    dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: folder.file("data"))
  }

  /// Images of two colours, each pixel `factor` times as wide and as high.
  private static func images(_ count: Int, factor: Int) -> NumericArray {
    let length = side * factor
    var pixels: [UInt8] = []
    for image in 0..<count {
      for row in 0..<length {
        for column in 0..<length {
          let place = image * side * side + row / factor * side + column / factor
          pixels += [pseudoPixel(place), pseudoPixel(place + 1_000_000)]
        }
      }
    }
    return NumericArray(shape: [count, length, length, 2], pixels)
  }

  private func other(_ images: OtherImages) throws -> PreparedDataset {
    try dataset.prepare(images, baseFolder: folder.path, into: folder.file("other"))
  }

  @Test("has the same splits and labels, in the same order")
  func splits() throws {
    let large = try other(OtherImages(train: "large.npy", test: "test-large.npy"))
    #expect(large.height == 18 && large.width == 18)
    for split in DatasetSplit.allCases {
      #expect(large.count(split) == dataset.count(split))
      for index in 0..<large.count(split) {
        #expect(large.label(index, of: split) == dataset.label(index, of: split))
        let (small, wide) = (dataset.image(index, of: split), large.image(index, of: split))
        // The pixel in the middle of each of the small image's.
        for row in 0..<Self.side {
          for column in 0..<Self.side {
            let place = 2 * ((3 * row + 1) * 18 + 3 * column + 1)
            #expect(
              wide.load(fromByteOffset: place, as: UInt8.self)
                == small.load(fromByteOffset: 2 * (row * Self.side + column), as: UInt8.self))
          }
        }
      }
    }
  }

  @Test(
    "is changed at random as the small images are",
    arguments: [[], [ImageMix(.mixup)], [ImageMix(.cutmix)]])
  func augmented(mixes: [ImageMix]) throws {
    let large = try other(OtherImages(train: "large.npy", test: "test-large.npy"))
    let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 3)
    let key = AugmentationKey(seed: 4, epoch: 2)
    func filled(_ reader: BatchReader) -> (pixels: [Float], shares: [Float]) {
      let indices = Array(0..<dataset.count(.training))
      var pixels = [Float](repeating: -9, count: indices.count * reader.dataset.imageElements)
      var (labels, others) = (
        [Int32](repeating: 0, count: indices.count), [Int32](repeating: 0, count: indices.count)
      )
      var shares = [Float](repeating: 0, count: indices.count)
      indices.withUnsafeBufferPointer {
        reader.fill(
          &pixels, labels: &labels, otherLabels: &others, shares: &shares, indices: $0,
          split: .training, augmentation: augmentation, mixes: mixes, key: key)
      }
      return (pixels, shares)
    }
    let small = filled(BatchReader(dataset))
    let wide = filled(BatchReader(large, augmentingAs: dataset))
    #expect(wide.shares == small.shares)
    // Each pixel is repeated three times along both sides, so all statistics and all changes are the same.
    let side = Self.side
    for image in 0..<dataset.count(.training) {
      for row in 0..<3 * side {
        for column in 0..<3 * side {
          for channel in 0..<2 {
            let found = wide.pixels[((image * 3 * side + row) * 3 * side + column) * 2 + channel]
            let expected =
              small.pixels[((image * side + row / 3) * side + column / 3) * 2 + channel]
            guard abs(found - expected) < 1e-4 else {
              Issue.record("image \(image), \(row), \(column): \(found) instead of \(expected)")
              return
            }
          }
        }
      }
    }
  }

  @Test("is refused where files are missing or too many, naming the field")
  func refused() throws {
    expectError("data.test_images", "nothing", "the other images") {
      _ = try other(OtherImages(train: "large.npy"))
    }
    expectError("data.validation_images", "large.npy", "no validation files") {
      _ = try other(
        OtherImages(train: "large.npy", validation: "large.npy", test: "test-large.npy"))
    }
    expectError("data.train_images", "gone.npy") {
      _ = try other(OtherImages(train: "gone.npy", test: "test-large.npy"))
    }
    expectError("60", "9") {
      _ = try other(OtherImages(train: "test-large.npy", test: "large.npy"))
    }
  }

  @Test("is refused in another order, naming the file")
  func order() throws {
    let bytes = [UInt8](try NPYFile.read(folder.file("large.npy")).bytes)
    let size = bytes.count / Self.count
    let turned: [UInt8] = Array(bytes[7 * size..<bytes.count]) + Array(bytes[0..<7 * size])
    try NPYFile.write(
      NumericArray(shape: [Self.count, 18, 18, 2], turned), to: folder.file("turned.npy"))
    expectError("turned.npy", "order of the images of the training split", "counterpart") {
      _ = try other(OtherImages(train: "turned.npy", test: "test-large.npy"))
    }
  }
}
