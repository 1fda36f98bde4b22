import NeuralNetworks

/// How a trained student learns to be int8: a short training at a low rate.
public struct AwareRecipe: Hashable, Sendable {
  /// Whose soft targets are followed besides the labels.
  public enum Guide: String, Hashable, Sendable, CaseIterable {
    /// The full training's teacher, with its weight and temperature; labels alone if it has none.
    case teacher
    /// The student as it was before: its floats' logits on the same, augmented, image.
    case student
  }

  /// The length as a share of the full training's epochs.
  public var share: Double
  /// The highest learning rate of weights and biases, of AdamW.
  public var peakRate: Double
  /// The highest rate of the ranges' logarithms: about the largest relative change of a bound in a step.
  public var rangeRate: Double
  public var guide: Guide
  /// Images that the first ranges are taken from.
  public var calibrationImages: Int
  /// What gives the first ranges.
  public var observer: RangeObserverKind

  /// The rate is the best of three on validation images (`Results/benchmarks/README.md`); the share keeps the
  /// training short.
  public init(
    share: Double = 0.1, peakRate: Double = 1e-4, rangeRate: Double = 1e-3,
    guide: Guide = .teacher, calibrationImages: Int = 500, observer: RangeObserverKind = .minMax
  ) {
    precondition(
      share > 0 && peakRate > 0 && rangeRate >= 0 && calibrationImages > 0, "an empty training")
    (self.share, self.peakRate, self.rangeRate) = (share, peakRate, rangeRate)
    (self.guide, self.calibrationImages, self.observer) = (guide, calibrationImages, observer)
  }
}
