import Foundation
import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("a loss of auxiliary heads")
struct AuxiliaryHeadLossTests {
  private static let images = 4
  private static let labels: [Int32] = [2, 0, -1, 1]

  /// Features of 8×8×8 and 4×4×16, three classes.
  private func loss(_ weights: LossWeights) throws -> AuxiliaryHeadLoss {
    let network = try smallNetwork()
    return AuxiliaryHeadLoss(
      NetworkPlaces(network).stages.map(\.node), of: network, loss: weights)
  }

  private func lossCase(_ loss: AuxiliaryHeadLoss) -> LossCase {
    LossCase(
      loss, images: AuxiliaryHeadLossTests.images, labels: AuxiliaryHeadLossTests.labels,
      logits: normalFloats(AuxiliaryHeadLossTests.images * 3, "answer", scale: 2),
      features: loss.heads.map {
        normalFloats(
          AuxiliaryHeadLossTests.images * $0.shape.elementCount, "feature \($0.node)", scale: 4)
      })
  }

  /// The definition; the network's answer is a constant, `answer`.
  private func plain(
    _ values: LossValues, _ loss: AuxiliaryHeadLoss, answer: [Double]
  ) -> Double {
    guard case .constant(let number) = loss.loss.temperature else { return .nan }
    let (share, temperature) = (Double(loss.loss.distillation), Double(number))
    let smoothing = Double(loss.loss.labelSmoothing)
    func logSoftmax(_ z: [Double]) -> [Double] {
      let sum = log(z.reduce(0) { $0 + exp($1) })
      return z.map { $0 - sum }
    }
    var (sum, offset) = (0.0, 0)
    for (head, feature) in zip(loss.heads, values.features) {
      let (channels, positions) = (head.shape.channels, head.shape.positionCount)
      for n in 0..<AuxiliaryHeadLossTests.images {
        let u = (0..<3).map { k in
          var value = values.connectors[offset + channels * 3 + k]
          for c in 0..<channels {
            var mean = 0.0
            for p in 0..<positions { mean += feature[(n * positions + p) * channels + c] }
            value += mean / Double(positions) * values.connectors[offset + c * 3 + k]
          }
          return value
        }
        let label = Int(values.labels[n])
        if label >= 0 {
          for (k, logP) in logSoftmax(u).enumerated() {
            let target = (k == label ? 1 - smoothing : 0) + smoothing / 3
            sum -= (1 - share) * target * logP
          }
        }
        let logQ = logSoftmax(answer[3 * n..<3 * n + 3].map { $0 / temperature })
        let logP = logSoftmax(u.map { $0 / temperature })
        for (q, p) in zip(logQ, logP) {
          sum += share * temperature * temperature * exp(q) * (q - p)
        }
      }
      offset += (channels + 1) * 3
    }
    return sum / Double(AuxiliaryHeadLossTests.images)
  }

  @Test(
    "and its gradients are those of its definition; the network's answer is left alone",
    arguments: [
      LossWeights(distillation: 0.4, temperature: 3, labelSmoothing: 0.1),
      LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0),
      LossWeights(distillation: 1, temperature: 2, labelSmoothing: 0),
    ])
  func definition(weights: LossWeights) throws {
    let loss = try loss(weights)
    #expect(loss.connectorFloats == (8 + 1) * 3 + (16 + 1) * 3)
    let lossCase = lossCase(loss)
    let answer = lossCase.values.logits.map { Double(Float($0)) }
    let result = lossCase.evaluate()
    let expected = plain(lossCase.values, loss, answer: answer)
    #expect(abs(result.loss - expected) < 1e-4 * expected)
    #expect(result.correct == 0 && result.logits.allSatisfy { $0 == 0 })
    for i in result.features.indices {
      lossCase.expectSlopes(result.features[i], along: \.features[i]) {
        plain($0, loss, answer: answer)
      }
    }
    lossCase.expectSlopes(result.connectors, along: \.connectors) {
      plain($0, loss, answer: answer)
    }
  }

  @Test("has heads that learn what the network says of features that tell it")
  func learns() throws {
    let loss = try loss(LossWeights(distillation: 1, temperature: 1, labelSmoothing: 0))
    var lossCase = lossCase(loss)
    let before = lossCase.evaluate().loss
    lossCase.descend(steps: 300, rate: 1)
    #expect(lossCase.evaluate().loss < 0.1 * before)
  }
}
