import Datasets
import FileFormats
import Foundation
import NeuralNetworks
import TensorKernels

/// A teacher's logits for every training image, in a file that all workers map.
public final class SoftTargets: Sendable {
  public let classes: Int
  public let count: Int

  /// A hash of all logits.
  let contentHash: String

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

  /// Copies the logits of the images at `indices` to `output`, `[indices.count, classes]`.
  func fill(_ output: UnsafeMutablePointer<Float>, indices: UnsafeBufferPointer<Int>) {
    file.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: Float.self) else { return }
      for (place, index) in indices.enumerated() {
        (output + place * classes).update(from: base + index * classes, count: classes)
      }
    }
  }
}

/// Where a student's soft targets come from.
public enum TeacherSignal: Sendable {
  /// Logits on clean images.
  case cached(SoftTargets)
  /// The teacher itself, run on whatever the student sees.
  case model(TrainedModel)
}

extension TeacherSignal {
  /// Returns how often the largest logit is the label's, over one epoch of a student's batches.
  ///
  /// The images, labels and logits come through the same code as in training, so logits that belong to
  /// other images show at once.
  public func agreementWithLabels(reader: BatchReader, recipe: Recipe, seed: UInt64) -> Double {
    var recipe = recipe
    (recipe.slices, recipe.loss.distillation) = (1, 1)
    let classes = reader.dataset.classes
    let source = BatchSource(reader: reader, recipe: recipe, seed: seed, signal: self)
    let images = UnsafeMutablePointer<Float>.allocate(
      capacity: recipe.batch * reader.dataset.imageElements + readMargin)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: recipe.batch)
    let logits = UnsafeMutablePointer<Float>.allocate(capacity: recipe.batch * classes + readMargin)
    defer {
      images.deallocate()
      labels.deallocate()
      logits.deallocate()
    }
    let steps = recipe.stepsPerEpoch(trainingCount: reader.dataset.count(.training))
    var right = 0
    for step in 0..<steps {
      source.fill(
        TrainingSlice(
          step: step, range: 0..<recipe.batch, images: images, labels: labels, teacher: logits))
      for n in 0..<recipe.batch {
        let row = UnsafeBufferPointer(start: logits + n * classes, count: classes)
        if row.indices.max(by: { row[$0] < row[$1] }) == Int(labels[n]) { right += 1 }
      }
    }
    return Double(right) / Double(steps * recipe.batch)
  }
}
