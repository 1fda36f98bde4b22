import NeuralNetworks

/// What training on one image costs.
package struct TrainingCost: Sendable {
  package let parameters: Int
  /// Of the forward pass; a multiply–add counts once.
  package let macs: Int
  /// Of all three passes; a multiply–add counts twice. No gradient leads to the image, so the first
  /// convolution has two.
  package let flops: Int
  /// Floats that pass through memory: what norms hold back is written in the forward pass, and read behind
  /// the norm in both passes.
  private let activationFloats: Int

  package init(_ network: Network) {
    let costs = NetworkCosts(network)
    (parameters, macs) = (costs.parameters, costs.macs)
    flops = 2 * InferenceGraph(network).trainingMACs
    activationFloats = 3 * network.floatsHeldBackByNorms
  }

  /// The bytes that a step moves at least; parameters, gradients and momenta are read and written once.
  package func bytes(batch: Int) -> Int { 4 * (batch * activationFloats + 6 * parameters) }

  /// Returns the shortest time of a step by the roofline model: that of the arithmetic at the machine's
  /// peak or of the bytes at its bandwidth, whichever is longer.
  ///
  /// Source: Williams, Waterman and Patterson, CACM 52(4), 2009, doi:10.1145/1498765.1498785.
  package func shortestSeconds(batch: Int, _ peak: MachinePeaks.Rates) -> Double {
    max(
      Double(batch * flops) / (peak.gflops * 1e9),
      Double(bytes(batch: batch)) / (peak.gigabytesPerSecond * 1e9))
  }
}
