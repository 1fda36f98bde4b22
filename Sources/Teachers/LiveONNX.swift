import Datasets
import Distillation
import Foundation
import ONNXInference
import TensorKernels

/// A graph that can be asked about any image.
struct LiveONNX: LiveTeacher {
  let classifier: ONNXClassifier
  let layout: ONNXInputLayout
  let meaning: LogitMeaning
  /// For each class of the data its place in a row.
  let order: [Int]?
  /// From students' pixels to the graph's.
  let map: PixelMap
  /// From students' size to the graph's; nil for the same.
  let resizing: ImageResizing?
  let contentHash: String

  var classes: Int { classifier.classes }

  func session(capacity: Int) -> any TeacherSession { Session(self, capacity) }

  /// Returns what the graph says of some images, `[range.count, classes]`, in its own order and kind.
  func outputs(
    to question: TeacherQuestion, range: Range<Int>, reader: BatchReader, threads: Int
  ) -> [Float] {
    let batch = 32
    let batches = (range.count + batch - 1) / batch
    let team = WorkerTeam(threadCount: max(1, min(threads, batches)))
    var outputs = [Float](repeating: 0, count: range.count * classes)
    outputs.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      team.run { thread in
        let session = Session(self, batch)
        let images = FloatArena(count: batch * reader.dataset.imageElements)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch) { labels in
          guard let labels = labels.baseAddress, let target = target.baseAddress else { return }
          for index in stride(from: thread, to: batches, by: team.threadCount) {
            let first = range.lowerBound + index * batch
            let part = first..<min(range.upperBound, first + batch)
            question.fill(images.base, labels: labels, range: part, reader: reader)
            (target + index * batch * classes).update(
              from: session.outputs(images.base, count: part.count), count: part.count * classes)
          }
        }
      }
    }
    return outputs
  }

  private final class Session: TeacherSession {
    private let teacher: LiveONNX
    private let plan: ONNXPlan
    /// Images as the graph wants them, channels last.
    private let images: FloatArena
    private let scratch: FloatArena
    private let imageElements: (given: Int, wanted: Int)

    init(_ teacher: LiveONNX, _ capacity: Int) {
      self.teacher = teacher
      plan = teacher.classifier.plan(capacity: capacity, layout: teacher.layout)
      let wanted = teacher.classifier.inputShape.reduce(1, *)
      imageElements = (teacher.resizing?.inputCount ?? wanted, wanted)
      images = FloatArena(count: capacity * wanted)
      scratch = FloatArena(count: teacher.resizing?.scratchCount ?? 0)
    }

    /// Returns `[count, classes]`, in the graph's own order and kind, until the next call.
    func outputs(_ given: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float> {
      let target = images.base
      if let resizing = teacher.resizing {
        for image in 0..<count {
          resizing.resize(
            given + image * imageElements.given, into: target + image * imageElements.wanted,
            scratch: scratch.base)
        }
        teacher.map.write(target, into: target, count: count * imageElements.wanted)
      } else {
        teacher.map.write(given, into: target, count: count * imageElements.wanted)
      }
      return plan.run(target, images: count)
    }

    func answer(
      _ given: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      let said = outputs(given, count: count)
      let classes = teacher.classes
      for start in stride(from: 0, to: count * classes, by: classes) {
        for place in 0..<classes {
          logits[start + place] = teacher.meaning.logit(
            said[start + (teacher.order?[place] ?? place)])
        }
      }
    }
  }
}

extension LogitMeaning {
  /// Returns the logit that one number stands for; of a probability of 0 that of the smallest that is told apart.
  func logit(_ value: Float) -> Float {
    switch kind {
    case .logits, .logProbabilities:
      return temperature == 1 ? value : Float(temperature * Double(value))
    case .probabilities:
      return Float(temperature * log(max(Double(value), Double(Float.leastNormalMagnitude))))
    }
  }
}
