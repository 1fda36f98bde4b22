import Datasets
import FileFormats
import Foundation

/// A teacher's logits for every training image, in a file that all workers map.
public final class SoftTargets: Sendable {
  public let classes: Int
  public let count: Int

  /// The SHA-256 of all logits, in hexadecimal.
  public let contentHash: String

  private let file: MappedFile

  /// Maps logits that `write` wrote.
  ///
  /// - Throws: `FileFormatError` if the file is missing or has another size.
  public init(contentsOf path: String, count: Int, classes: Int) throws {
    file = try MappedFile(path, expectedBytes: 4 * count * classes)
    contentHash = file.withUnsafeBytes { ContentHash.hexadecimal(of: Data($0)) }
    (self.count, self.classes) = (count, classes)
  }

  /// Writes logits, `[count, classes]`, in the order of the training split.
  public static func write(_ logits: [Float], to path: String) throws {
    try AtomicFile.write(logits.withUnsafeBytes { Data($0) }, to: path)
  }

  /// All logits, `[count, classes]`.
  package var logits: [Float] {
    [Float](unsafeUninitializedCapacity: count * classes) { buffer, initialized in
      file.withUnsafeBytes { bytes in _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      }
      initialized = count * classes
    }
  }

  /// Copies the logits of the images at `indices` to `output`, `[indices.count, classes]`.
  ///
  /// - Parameter mixing: What is mixed into an image, of which the teacher's answer is the mixture of its
  ///   probabilities on the two images. Nil: nothing.
  func fill(
    _ output: UnsafeMutablePointer<Float>, indices: UnsafeBufferPointer<Int>,
    mixing: ((Int) -> MixDraw?)? = nil
  ) {
    file.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
      for (place, index) in indices.enumerated() {
        let row = output + place * classes
        row.update(from: base + index * classes, count: classes)
        if let draw = mixing?(index) {
          mixProbabilities(
            of: base + draw.partner * classes, share: Double(draw.share), into: row,
            classes: classes)
        }
      }
    }
  }
}
