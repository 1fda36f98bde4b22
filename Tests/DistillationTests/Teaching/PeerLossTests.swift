import Foundation
import NeuralNetworks
import TensorKernels
import Testing

@testable import Distillation

@Suite("a loss between a network and its peers")
struct PeerLossTests {
  private static let images = 5
  private static let classes = 4

  private func comparison(_ temperature: Float) -> LogitLoss {
    LogitLoss(LossWeights(distillation: 1, temperature: .constant(temperature), labelSmoothing: 0))
  }

  private func lossCase(_ loss: PeerLoss) -> LossCase {
    let count = PeerLossTests.images * PeerLossTests.classes
    var lossCase = LossCase(
      loss, images: PeerLossTests.images, classes: PeerLossTests.classes,
      labels: [0, 1, -1, 3, 2], logits: normalFloats(count, "own"))
    lossCase.values.peerLogits = (0..<3).map {
      normalFloats(count, "peer \($0)").map(Double.init)
    }
    lossCase.batch = 2 * PeerLossTests.images
    return lossCase
  }

  /// T²·KL(softmax(peer/T) ‖ softmax(z/T)), its mean over peers, summed over images.
  private func plain(_ values: LossValues, peers: Range<Int>, _ temperature: Double) -> Double {
    func softmax(_ z: ArraySlice<Double>) -> [Double] {
      let powers = z.map { exp($0 / temperature) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    var sum = 0.0
    for start in stride(from: 0, to: values.logits.count, by: PeerLossTests.classes) {
      let row = start..<start + PeerLossTests.classes
      let p = softmax(values.logits[row])
      for peer in peers {
        for (own, other) in zip(p, softmax(values.peerLogits[peer][row])) {
          sum += temperature * temperature * other * log(other / own) / Double(peers.count)
        }
      }
    }
    return sum / Double(2 * PeerLossTests.images)
  }

  @Test("is the mean divergence from those it names, also of images without a class")
  func definition() {
    for (peers, temperature) in [(0..<1, 1.0), (1..<3, 2.5), (0..<3, 1)] {
      lossCase(PeerLoss(comparison(Float(temperature)), peers: peers)).expectDefinition {
        plain($0, peers: peers, temperature)
      }
    }
  }

  @Test("does not count before it begins")
  func begins() {
    var lossCase = lossCase(PeerLoss(comparison(1), peers: 0..<3, begin: 0.25))
    lossCase.progress = 0.249
    let before = lossCase.evaluate()
    #expect(before.loss == 0 && before.isStill)
    lossCase.progress = 0.25
    #expect(lossCase.evaluate().loss > 0.01)
  }

  @Test("is nothing between equal answers, and moves unequal ones together")
  func equal() {
    var lossCase = lossCase(PeerLoss(comparison(1), peers: 1..<2))
    lossCase.descend(steps: 400, rate: 5)
    #expect(lossCase.evaluate().loss < 1e-3)
    lossCase.values.logits = lossCase.values.peerLogits[1]
    #expect(abs(lossCase.evaluate().loss) < 1e-7)
  }
}
