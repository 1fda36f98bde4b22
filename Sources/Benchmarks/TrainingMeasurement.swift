import NeuralNetworks

/// What the steps of a training took.
package struct TrainingMeasurement: Sendable {
  package let network: String
  package let cost: TrainingCost
  package let batch: Int
  package let threads: Int
  /// What the recipe's own losses compare, one text a pair of places; empty without such losses.
  package let comparisons: [String]
  /// How many steps were timed.
  package let steps: Int
  package let meanSeconds: Double
  package let medianSeconds: Double
  package let peakMemoryBytes: Int
  package let arenaBytes: Int
  /// Milliseconds a step, summed over the threads.
  package let kernelMilliseconds: [KernelKind: Double]

  package var imagesPerSecond: Double { Double(batch) / meanSeconds }
  package var gflops: Double { imagesPerSecond * Double(cost.flops) / 1e9 }

  package func shareOfRoofline(_ peak: MachinePeaks.Rates) -> Double {
    cost.shortestSeconds(batch: batch, peak) / meanSeconds
  }
}
