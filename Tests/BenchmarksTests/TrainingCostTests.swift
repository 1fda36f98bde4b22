import NeuralNetworks
import Testing

@testable import Benchmarks

@Suite("the cost of a training step")
struct TrainingCostTests {
  @Test("counts three passes, the first layer's two, and what moves at least")
  func counts() throws {
    let network = try ReferenceNetwork.small.network()
    let cost = TrainingCost(network)
    #expect(cost.macs == 510_420 && cost.parameters == 17_406)
    // 2·(3·510,420 − 21,168) operations an image.
    #expect(cost.flops == 3_020_184)
    // Parameters, gradients and momenta, each read and written once, whatever the batch.
    let perImage = cost.bytes(batch: 3) - cost.bytes(batch: 2)
    #expect(perImage > 0 && cost.bytes(batch: 0) == 24 * 17_406)
    #expect(cost.bytes(batch: 64) == 64 * perImage + 24 * 17_406)
  }

  @Test("is bound by the arithmetic or by the memory, whichever takes longer")
  func roofline() throws {
    let cost = TrainingCost(try ReferenceNetwork.small.network())
    let arithmetic = cost.shortestSeconds(
      batch: 10, MachinePeaks.Rates(gflops: 1, gigabytesPerSecond: 1e6))
    #expect(abs(arithmetic - 0.0302_0184) < 1e-12)
    let memory = cost.shortestSeconds(
      batch: 10, MachinePeaks.Rates(gflops: 1e6, gigabytesPerSecond: 1))
    #expect(abs(memory - 1e-9 * Double(cost.bytes(batch: 10))) < 1e-12)
  }

  @Test(
    "is of networks as large as their names promise",
    arguments: [
      (ReferenceNetwork.small, 0.5), (.medium, 5.6), (.large, 24), (.teacher, 37),
    ])
  func networks(reference: ReferenceNetwork, megaMACs: Double) throws {
    let network = try reference.network()
    #expect(abs(1e-6 * Double(NetworkCosts(network).macs) / megaMACs - 1) < 0.05)
    #expect(network.outputShape.channels == 10)
  }
}
