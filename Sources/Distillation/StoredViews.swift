import Datasets
import FileFormats
import Foundation

/// A teacher's logits for a few fixed augmentations of every training image, each view in a file that all workers
/// map.
///
/// Augmentation, mixing included, is a function of a seed, the epoch and the image. With a seed that is the study's and epochs that
/// repeat after V, all trainings see the same V views of an image, so a teacher has to be asked V times, whatever
/// is trained. The order of the images stays the training's own.
///
/// Logits are kept in half precision less the largest of their row, which changes no probability: so the likely
/// classes have the smallest rounding.
public final class StoredViews: Sendable {
  public let classes: Int
  /// The views of each image, V.
  public var count: Int { files.count }

  private let seed: UInt64
  /// One a view, `[images, classes]`.
  private let files: [MappedFile]

  /// Maps views that `write` wrote.
  ///
  /// - Parameters:
  ///   - paths: Of the views, in their order.
  ///   - seed: Of their augmentation.
  ///   - images: Of the training split.
  /// - Throws: `FileFormatError` if a file is missing or has another size.
  public init(contentsOf paths: [String], seed: UInt64, images: Int, classes: Int) throws {
    (self.seed, self.classes) = (seed, classes)
    files = try paths.map { try MappedFile($0, expectedBytes: 2 * images * classes) }
  }

  /// A hash of all logits.
  var contentHash: String {
    var hash = ContentHash()
    for file in files { file.withUnsafeBytes { hash.update($0) } }
    return hash.hexadecimal
  }

  /// Returns where the random numbers of a view come from.
  public static func key(seed: UInt64, view: Int) -> AugmentationKey {
    AugmentationKey(seed: seed, epoch: view)
  }

  /// Returns where the random numbers of an epoch's augmentation come from: those of view epoch mod V.
  func key(epoch: Int) -> AugmentationKey {
    StoredViews.key(seed: seed, view: epoch % count)
  }

  /// Writes the logits of one view, `[images, classes]`, in the order of the training split.
  ///
  /// - Throws: `FileFormatError` if the file cannot be written.
  public static func write(_ logits: [Float], classes: Int, to path: String) throws {
    var halves = [Float16](repeating: 0, count: logits.count)
    for start in stride(from: 0, to: logits.count, by: classes) {
      let row = start..<start + classes
      let largest = logits[row].max() ?? 0
      // What is less likely than e^−65504 is as unlikely as that.
      for place in row { halves[place] = Float16(max(logits[place] - largest, -65_504)) }
    }
    try AtomicFile.write(halves.withUnsafeBytes { Data($0) }, to: path)
  }

  /// Copies the logits of the images at `indices` in an epoch's view to `output`, `[indices.count, classes]`.
  func fill(
    _ output: UnsafeMutablePointer<Float>, indices: UnsafeBufferPointer<Int>, epoch: Int
  ) {
    files[epoch % count].withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: Float16.self) else { return }
      for (place, index) in indices.enumerated() {
        for label in 0..<classes {
          output[place * classes + label] = Float(base[index * classes + label])
        }
      }
    }
  }
}
