import Foundation
import NeuralNetworks
import RandomStreams
import TensorKernels

@testable import Distillation

/// A slice of logits, in double precision and by image, for losses and for their plain references.
struct ResponseSlice {
  /// z and t, `[images][classes]`
  var student: [[Double]]
  var teacher: [[Double]]
  /// Below 0 where the class is not known.
  var labels: [Int]
  /// What is mixed in, and how much of it.
  var otherLabels: [Int]
  var shares: [Double]
  var progress = 0.0

  /// Random logits; every third class is unknown, and every fourth image a mixture.
  init(images: Int, classes: Int, spread: Double = 2, seed: UInt64 = 1) {
    var random = RandomStream(seed: seed, purpose: "response losses", images, classes)
    func logits() -> [[Double]] {
      // Floats, which losses read.
      (0..<images).map { _ in
        (0..<classes).map { _ in Double(Float(spread * random.normal())) }
      }
    }
    (student, teacher) = (logits(), logits())
    labels = (0..<images).map { $0 % 3 == 1 ? -1 : $0 % classes }
    otherLabels = (0..<images).map { ($0 + 1) % classes }
    shares = (0..<images).map { $0 % 4 == 3 ? 0.25 : 0 }
  }

  init(student: [[Double]], teacher: [[Double]], labels: [Int]? = nil) {
    (self.student, self.teacher) = (student, teacher)
    self.labels = labels ?? student.map { _ in -1 }
    otherLabels = student.map { _ in 0 }
    shares = student.map { _ in 0 }
  }

  var images: Int { student.count }
  var classes: Int { student[0].count }

  /// Returns a loss, summed over the images, and its gradient of the mean over `batch`, `[images][classes]`.
  func evaluate(_ rule: any LossRule, batch: Int? = nil) throws -> (
    loss: Double, gradient: [[Double]]
  ) {
    let loss = try rule.loss(on: LossSite(classes: classes))
    let (count, margin) = (images * classes, [Float](repeating: .nan, count: readMargin))
    let z = student.flatMap { $0.map { Float($0) } } + margin
    let t = teacher.flatMap { $0.map { Float($0) } } + margin
    let classLabels = labels.map { Int32($0) }
    let (others, mixed) = (otherLabels.map { Int32($0) }, shares.map { Float($0) })
    var gradient = [Float](repeating: .nan, count: count)
    let scratchFloats = loss.scratchFloats(images: images, classes: classes)
    // Cursors give places that are aligned if their memory is.
    let memory = FloatArena(count: scratchFloats + 1)
    memory.base.update(repeating: .nan, count: scratchFloats)
    memory.base[scratchFloats] = 7
    let value = gradient.withUnsafeMutableBufferPointer { gradient in
      z.withUnsafeBufferPointer { z in
        t.withUnsafeBufferPointer { t in
          classLabels.withUnsafeBufferPointer { labels in
            others.withUnsafeBufferPointer { others in
              mixed.withUnsafeBufferPointer { mixed in
                loss.evaluate(
                  LossSlice(
                    count: images, batch: batch ?? images, classes: classes, progress: progress,
                    labels: labels.baseAddress!,
                    mix: LabelMix(otherLabels: others.baseAddress!, shares: mixed.baseAddress!),
                    logits: LossSlice.Feature(
                      values: z.baseAddress!, gradient: gradient.baseAddress!),
                    teacherLogits: t.baseAddress!, features: [], teacherFeatures: [],
                    connectors: memory.base, connectorGradients: memory.base,
                    scratch: memory.base)
                ).loss
              }
            }
          }
        }
      }
    }
    precondition(memory.base[scratchFloats] == 7, "a loss writes behind its scratch")
    let rows = (0..<images).map { n in
      gradient[n * classes..<(n + 1) * classes].map { Double($0) }
    }
    return (value, rows)
  }

  /// Returns the slice after steps of plain gradient descent on the student's logits.
  func descended(_ rule: any LossRule, steps: Int, rate: Double) throws -> ResponseSlice {
    var slice = self
    for _ in 0..<steps {
      let gradient = try slice.evaluate(rule, batch: 1).gradient
      for n in 0..<images {
        for c in 0..<classes { slice.student[n][c] -= rate * gradient[n][c] }
      }
    }
    return slice
  }
}
