import Foundation

/// How the learning rate runs over a training, whatever its length: compressed, never cut off.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The schedule's shape.
  public enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
    /// Linear warm-up, then half a cosine down to the final share.
    case cosine
    /// Half a cosine up to the peak over the warm-up and half a cosine down.
    ///
    /// Source: Smith and Topin, "Super-convergence", arXiv:1708.07120.
    case oneCycle = "one_cycle"
    case constant
  }

  public var shape: Shape
  public var peakRate: Double
  /// The share of all steps spent warming up.
  public var warmupShare: Double
  /// The last step's rate as a share of the peak.
  public var finalShare: Double

  public init(shape: Shape, peakRate: Double, warmupShare: Double, finalShare: Double) {
    (self.shape, self.peakRate) = (shape, peakRate)
    (self.warmupShare, self.finalShare) = (warmupShare, finalShare)
  }

  /// Returns the rate at `step` (0 ..< `steps`).
  public func rate(step: Int, of steps: Int) -> Double {
    let warmup = warmupShare * Double(steps)
    let position = Double(step)
    switch shape {
    case .constant:
      return position < warmup ? peakRate * (position + 1) / (warmup + 1) : peakRate
    case .cosine, .oneCycle:
      if position < warmup {
        let progress = (position + 1) / (warmup + 1)
        return peakRate * (shape == .cosine ? progress : (1 - cos(.pi * progress)) / 2)
      }
      let progress = (position - warmup) / max(1, Double(steps) - 1 - warmup)
      let share = (1 + cos(.pi * min(1, progress))) / 2
      return peakRate * (finalShare + (1 - finalShare) * share)
    }
  }
}
