import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams

/// A data set of random images with labels and a teacher's cached logits, read as every training reads
/// its batches: shuffled bytes, shifted, mirrored and standardised.
final class MadeUpImages: Sendable {
  private let reader: BatchReader
  private let classes: Int
  private let batch: Int
  private let stepsPerEpoch: Int
  private let order: [Int]
  /// `[images, classes]`.
  private let logits: [Float]

  private static let augmentation = Augmentation(shiftPixels: 2, flip: true, cutoutPixels: 0)
  private static let key = AugmentationKey(seed: 1, epoch: 0)

  /// What the pixels take at most, unless a few batches need more: large images would hide what training takes.
  static let pixelBytes = 16 << 20

  /// Draws enough images of `shape` for several different batches.
  init(shape: TensorShape, classes: Int, batch: Int) throws {
    let count = MadeUpImages.count(shape: shape, batch: batch)
    (self.classes, self.batch, stepsPerEpoch) = (classes, batch, count / batch)
    reader = BatchReader(try MadeUpImages.dataset(shape: shape, classes: classes, count: count))
    order = EpochOrder(count: count, seed: 1).indices
    var stream = RandomStream(seed: 1, purpose: "made-up logits")
    logits = (0..<count * classes).map { _ in 4 * Float(stream.normal()) }
  }

  /// Returns how many images are drawn; a byte a value.
  static func count(shape: TensorShape, batch: Int) -> Int {
    max(4 * batch, min(2048, pixelBytes / shape.elementCount))
  }

  /// Fills a slice of a batch.
  func fill(_ slice: TrainingSlice) {
    order.withUnsafeBufferPointer { order in
      let start = slice.step % stepsPerEpoch * batch
      let chosen = UnsafeBufferPointer(
        rebasing: order[start + slice.range.lowerBound..<start + slice.range.upperBound])
      reader.fill(
        slice.images, labels: slice.labels, indices: chosen, split: .training,
        augmentation: MadeUpImages.augmentation, key: MadeUpImages.key)
      logits.withUnsafeBufferPointer { logits in
        for (place, index) in chosen.enumerated() {
          (slice.teacher + place * classes)
            .update(from: logits.baseAddress! + index * classes, count: classes)
        }
      }
    }
  }

  /// Returns a prepared data set with `count` training images. Their labels are the first classes, with four images
  /// each at least: a data set has an image of every class to train on, whichever two are set aside.
  ///
  /// Its files are removed at once: what is mapped stays readable.
  private static func dataset(
    shape: TensorShape, classes: Int, count: Int
  ) throws -> PreparedDataset {
    let folder = (NSTemporaryDirectory() as NSString)
      .appendingPathComponent("autodistill-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }

    // One more image each for the validation and the test split, which a data set cannot do without.
    let total = count + 2
    var stream = RandomStream(seed: 1, purpose: "made-up images")
    let pixels = (0..<total * shape.elementCount).map { _ in UInt8(stream.integer(below: 256)) }
    try NPYFile.write(
      NumericArray(shape: [total, shape.height, shape.width, shape.channels], pixels),
      to: path("images.npy"))
    let labelClasses = min(classes, count / 4)
    try NPYFile.write(
      NumericArray(shape: [total], (0..<total).map { UInt16($0 % labelClasses) }),
      to: path("labels.npy"))
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "images.npy", labels: "labels.npy"), test: nil, classes: labelClasses),
      validationCount: 1, testCount: 1, split: .random)
    return try PreparedDataset.prepare(definition, baseFolder: folder, into: path("prepared"))
  }
}
