import Datasets
import Distillation
import Foundation
import ONNXInference
import TensorKernels

/// A graph that can be asked about any image.
struct LiveONNX: ImageClassifier {
  let classifier: ONNXClassifier
  let layout: ONNXInputLayout
  /// What the numbers are; nil: they are given as the graph has them.
  var meaning: LogitMeaning?
  /// For each class of the data its place in a row.
  let order: [Int]?
  /// From students' pixels to the graph's.
  let map: PixelMap
  /// From students' size to the graph's; nil for the same.
  let resizing: ImageResizing?
  let contentHash: String

  var classes: Int { classifier.classes }

  func session(capacity: Int) -> any ClassifierSession { Session(self, capacity) }

  private final class Session: ClassifierSession {
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

    func answer(
      _ given: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
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
      let said = plan.run(target, images: count)
      let classes = teacher.classes
      guard let meaning = teacher.meaning else {
        logits.update(from: said, count: count * classes)
        return
      }
      var place = 0
      for row in 0..<count {
        _ = meaning.writeLogits(
          of: UnsafeBufferPointer(start: said + row * classes, count: classes),
          order: teacher.order
        ) {
          logits[place] = $0
          place += 1
        }
      }
    }
  }
}
