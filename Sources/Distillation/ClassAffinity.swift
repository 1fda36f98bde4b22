import Datasets
import Foundation
import NeuralNetworks
import TensorKernels

/// How much a teacher takes two classes for each other.
///
///     A[a, b] = mean over images of q_a·q_b,   q = softmax(t)
///
/// t are the teacher's logits, so no labels are needed, and wrong ones change nothing.
public struct ClassAffinity: Hashable, Sendable {
  public let classes: Int
  /// A, `[classes, classes]`; symmetric.
  public let values: [Double]

  /// - Parameter logits: t, `[images, classes]`; at least one image.
  public init(logits: [Float], classes: Int) {
    precondition(!logits.isEmpty && logits.count % classes == 0, "one row of logits an image")
    var sums = [Double](repeating: 0, count: classes * classes)
    var row = [Double](repeating: 0, count: classes)
    var q = row
    for start in stride(from: 0, to: logits.count, by: classes) {
      for c in 0..<classes { row[c] = Double(logits[start + c]) }
      logSoftmax(row, temperature: 1, into: &q, count: classes)
      for c in 0..<classes { q[c] = exp(q[c]) }
      for a in 0..<classes {
        for b in 0..<classes { sums[a * classes + b] += q[a] * q[b] }
      }
    }
    let images = Double(logits.count / classes)
    (self.classes, values) = (classes, sums.map { $0 / images })
  }

  subscript(first: Int, second: Int) -> Double { values[first * classes + second] }
}

extension TeacherSignal {
  /// Returns how much the teacher takes two classes for each other, on at most `limit` training images, evenly chosen:
  /// as they are, or in the first of the stored views.
  ///
  /// - Parameter reader: Of the data whose logits these are.
  func classAffinity(reader: BatchReader, limit: Int = 2000) -> ClassAffinity {
    let all = reader.dataset.trainingImages(withTeacher: true)
    let count = min(limit, all.count)
    let chosen = (0..<count).map { all[$0 * all.count / count] }
    let classes = reader.dataset.classes
    var logits = [Float](repeating: 0, count: count * classes)
    chosen.withUnsafeBufferPointer { chosen in
      logits.withUnsafeMutableBufferPointer { logits in
        guard let output = logits.baseAddress else { return }
        switch self {
        case .cached(let targets): targets.fill(output, indices: chosen)
        case .stored(let views): views.fill(output, indices: chosen, epoch: 0)
        case .live(let teacher): ask(teacher, about: chosen, reader: reader, into: output)
        }
      }
    }
    return ClassAffinity(logits: logits, classes: classes)
  }

  private func ask(
    _ teacher: any ImageClassifier, about images: UnsafeBufferPointer<Int>, reader: BatchReader,
    into logits: UnsafeMutablePointer<Float>
  ) {
    let (batch, classes) = (min(evaluationBatch, images.count), reader.dataset.classes)
    let session = teacher.session(capacity: batch)
    let pixels = FloatArena(count: batch * reader.dataset.imageElements)
    var labels = [Int32](repeating: 0, count: batch)
    for start in stride(from: 0, to: images.count, by: batch) {
      let some = UnsafeBufferPointer(rebasing: images[start..<min(start + batch, images.count)])
      reader.fill(pixels.base, labels: &labels, indices: some, split: .training)
      session.answer(pixels.base, count: some.count, into: logits + start * classes)
    }
  }
}
