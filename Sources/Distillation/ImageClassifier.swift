import Datasets
import NeuralNetworks
import Synchronization
import TensorKernels

/// What can be asked about any image, an augmented one too: a teacher, or a student in any arithmetic.
///
/// What it answers depends on the image alone: not on the other images of a call, nor on the thread.
public protocol ImageClassifier: Sendable {
  /// The number of classes that it tells apart.
  var classes: Int { get }
  /// A hash of everything that its answers depend on; checkpoints of students are kept by it.
  var contentHash: String { get }
  /// Returns what answers up to `capacity` images at once, for one thread at a time.
  func session(capacity: Int) -> any ClassifierSession
}

/// Images classified at once where a whole split is.
let evaluationBatch = 50

/// A classifier at work, with memory of its own.
public protocol ClassifierSession: AnyObject {
  /// Answers some images.
  ///
  /// - Parameters:
  ///   - images: As students see them: standardised by the training split's statistics, `[count, H, W, C]`.
  ///   - count: At most the session's capacity.
  ///   - logits: `[count, classes]`; overwritten.
  func answer(
    _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>)
}

extension ImageClassifier {
  /// Returns the logits of images of a split, `[count, classes]`, in the split's order.
  ///
  /// The values do not depend on `threads`.
  ///
  /// - Parameters:
  ///   - view: How the images are augmented; nil: not at all.
  ///   - range: Which images; nil for all of them.
  public func logits(
    of split: DatasetSplit, in view: AugmentedView? = nil, range: Range<Int>? = nil,
    reader: BatchReader, threads: Int = 1
  ) -> [Float] {
    guard
      let logits = logits(
        of: split, in: view, range: range, reader: reader, threads: threads, unless: { false })
    else { preconditionFailure("nobody has stopped it") }
    return logits
  }

  /// Returns what `logits` without a condition does; nil where it was stopped.
  ///
  /// - Parameter shouldStop: Asked by several threads, between any two batches; true ends the work.
  package func logits(
    of split: DatasetSplit, in view: AugmentedView? = nil, range: Range<Int>? = nil,
    reader: BatchReader, threads: Int = 1, unless shouldStop: @escaping @Sendable () -> Bool
  ) -> [Float]? {
    let all = range ?? 0..<reader.dataset.count(split)
    let classes = classes
    let batch = evaluationBatch
    let batches = (all.count + batch - 1) / batch
    let team = WorkerTeam(threadCount: max(1, min(threads, batches)))
    let isStopped = Atomic<Bool>(false)
    var logits = [Float](repeating: 0, count: all.count * classes)
    logits.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let output = buffer.baseAddress!
      team.run { thread in
        let session = session(capacity: batch)
        let images = FloatArena(count: batch * reader.dataset.imageElements)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch) { labels in
          for index in stride(from: thread, to: batches, by: team.threadCount) {
            if shouldStop() { isStopped.store(true, ordering: .relaxed) }
            if isStopped.load(ordering: .relaxed) { return }
            let first = all.lowerBound + index * batch
            let part = first..<min(all.upperBound, first + batch)
            reader.fill(
              images.base, labels: labels.baseAddress!, range: part, split: split, in: view)
            session.answer(
              images.base, count: part.count, into: output + index * batch * classes)
          }
        }
      }
    }
    return isStopped.load(ordering: .relaxed) ? nil : logits
  }
}
