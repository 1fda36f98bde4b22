import Foundation
import HardwareProfiles
import NeuralNetworks
import RandomStreams
import SearchSpaces
import Statistics

/// How far two profiles disagree about the architectures of a space.
public struct ProfileComparison: Sendable {
  /// One architecture under both profiles.
  public struct Row: Sendable {
    public let architecture: Architecture
    public let milliseconds: (first: Double, second: Double)
    /// The second profile's latency over the first's.
    public var ratio: Double { milliseconds.second / milliseconds.first }
  }

  /// The architectures, from the smallest ratio to the largest.
  public let rows: [Row]
  /// Rank correlation of the two latencies.
  public let spearman: Double
  public let medianRatio: Double
  /// The share of pairs of architectures that the profiles put in another order.
  public let discordantShare: Double
  /// A kernel of each kind that the architectures run.
  public let kernels: [InferenceKernel]

  /// Prices random architectures.
  ///
  /// - Throws: `SearchSpaceError` for an architecture that no network can be made of.
  public init(
    _ first: HardwareProfile, _ second: HardwareProfile, over space: SearchSpace,
    images: TypicalImages, count: Int, seed: UInt64
  ) throws {
    var random = RandomStream(seed: seed, purpose: "profile comparison")
    var kernels: [InferenceKernel.Kind: InferenceKernel] = [:]
    let rows = try (0..<count).map { _ in
      let architecture = space.randomArchitecture(using: &random)
      let workload = try space.workload(
        of: architecture, input: images.shape, classes: images.classes)
      for kernel in workload.kernels + workload.idleKernels { kernels[kernel.kind] = kernel }
      return Row(
        architecture: architecture,
        milliseconds: (
          first.predict(workload).latencyMilliseconds,
          second.predict(workload).latencyMilliseconds
        ))
    }
    self.rows = rows.enumerated().sorted {
      ($0.element.ratio, $0.offset) < ($1.element.ratio, $1.offset)
    }.map(\.element)
    self.kernels = Array(kernels.values)
    let (a, b) = (rows.map(\.milliseconds.first), rows.map(\.milliseconds.second))
    spearman = RankCorrelation.value(.spearman, of: a, and: b) ?? 0
    discordantShare = (1 - (RankCorrelation.value(.kendall, of: a, and: b) ?? 0)) / 2
    medianRatio = median(rows.map(\.ratio))
  }
}
