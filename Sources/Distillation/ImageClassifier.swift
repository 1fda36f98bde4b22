import Datasets
import NeuralNetworks
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
    let all = range ?? 0..<reader.dataset.count(split)
    let classes = classes
    let batch = evaluationBatch
    let batches = (all.count + batch - 1) / batch
    let team = WorkerTeam(threadCount: max(1, min(threads, batches)))
    var logits = [Float](repeating: 0, count: all.count * classes)
    logits.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let output = buffer.baseAddress!
      team.run { thread in
        let session = session(capacity: batch)
        let images = FloatArena(count: batch * reader.dataset.imageElements)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch) { labels in
          for index in stride(from: thread, to: batches, by: team.threadCount) {
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
    return logits
  }
}

extension TrainedModel: ImageClassifier {
  public var classes: Int { network.outputShape.channels }

  public func session(capacity: Int) -> any ClassifierSession {
    NetworkSession(inferencePlan(capacity: capacity))
  }
}

/// A network that answers images as they are.
private final class NetworkSession: ClassifierSession {
  private let plan: FloatInferencePlan

  init(_ plan: FloatInferencePlan) { self.plan = plan }

  func answer(
    _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
  ) {
    let network = plan.network
    plan.input.update(from: images, count: count * network.inputShape.elementCount)
    plan.run(images: count)
    logits.update(from: plan.logits, count: count * network.outputShape.channels)
  }
}
