import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

/// A loss of logits, one feature and four connectors that is easily checked: it sums them up times known factors.
private struct KnownLoss: TrainingLoss {
  var inputs: LossInputs {
    LossInputs(readsLogits: true, features: [LossInputs.Feature(node: 1, elementCount: 5)])
  }
  var connectorFloats: Int { 4 }
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {}
  func scratchFloats(images: Int, classes: Int) -> Int { 3 }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    for i in 0..<slice.count * slice.classes { slice.logits.gradient[i] = Float(i) }
    for i in 0..<slice.count * 5 { slice.features[0].gradient[i] = -Float(i) }
    for i in 0..<4 { slice.connectorGradients[i] += 10 * Float(i) }
    for i in 0..<3 { slice.scratch[i] = .nan }
    return (8, 2)
  }
}

@Suite("a weighted loss")
struct WeightedLossTests {
  /// Evaluates a slice of two images and three classes; connectors' gradients begin at 1.
  private func evaluate(
    _ loss: some TrainingLoss, progress: Double
  ) -> (loss: Double, correct: Int, logits: [Float], feature: [Float], connectors: [Float]) {
    let margin = readMargin + 16
    var logits = [Float](repeating: .nan, count: 6 + margin)
    var feature = [Float](repeating: .nan, count: 10 + margin)
    var connectors = [Float](repeating: 1, count: 4 + margin)
    var scratch = [Float](
      repeating: .nan, count: loss.scratchFloats(images: 2, classes: 3) + margin)
    let values = [Float](repeating: 0, count: 64 + margin)
    let labels: [Int32] = [0, 1]
    var result = (loss: 0.0, correct: 0)
    values.withUnsafeBufferPointer { values in
      labels.withUnsafeBufferPointer { labels in
        logits.withUnsafeMutableBufferPointer { logits in
          feature.withUnsafeMutableBufferPointer { feature in
            connectors.withUnsafeMutableBufferPointer { connectors in
              scratch.withUnsafeMutableBufferPointer { scratch in
                let zeros = values.baseAddress!
                result = loss.evaluate(
                  LossSlice(
                    count: 2, batch: 4, classes: 3, progress: progress,
                    labels: labels.baseAddress!,
                    logits: LossSlice.Feature(values: zeros, gradient: logits.baseAddress!),
                    teacherLogits: zeros,
                    features: [LossSlice.Feature(values: zeros, gradient: feature.baseAddress!)],
                    teacherFeatures: [], connectors: zeros,
                    connectorGradients: connectors.baseAddress!, scratch: scratch.baseAddress!))
              }
            }
          }
        }
      }
    }
    return (
      result.loss, result.correct, Array(logits.prefix(6)), Array(feature.prefix(10)),
      Array(connectors.prefix(4))
    )
  }

  @Test("has its weight in the loss and in every gradient, and leaves other connectors' gradients")
  func scales() {
    let loss = WeightedLoss(KnownLoss(), weight: WeightSchedule(from: 3, to: 1))
    let result = evaluate(loss, progress: 0.5)
    #expect(result.loss == 16 && result.correct == 2)
    #expect(result.logits == [0, 2, 4, 6, 8, 10])
    #expect(result.feature == (0..<10).map { -2 * Float($0) })
    #expect(result.connectors == [1, 21, 41, 61])
  }

  @Test("of weight 1 is the loss itself")
  func unchanged() {
    let (plain, weighted) = (
      evaluate(KnownLoss(), progress: 0.3),
      evaluate(WeightedLoss(KnownLoss(), weight: WeightSchedule(1)), progress: 0.3)
    )
    #expect(plain == weighted)
  }

  @Test("that is off gives zeros, and its connectors rest")
  func off() {
    let loss = WeightedLoss(KnownLoss(), weight: WeightSchedule(from: 3, to: 3, until: 0.5))
    let result = evaluate(loss, progress: 0.5)
    #expect(result.loss == 0)
    #expect(result.logits.allSatisfy { $0 == 0 } && result.feature.allSatisfy { $0 == 0 })
    #expect(result.connectors == [1, 1, 1, 1])
    #expect(evaluate(loss, progress: 0.49).loss == 24)
  }
}
