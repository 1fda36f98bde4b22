import NeuralNetworks

/// A network and what running it once on a device was measured to cost.
public struct MeasuredWorkload: Sendable {
  public var workload: InferenceWorkload
  public var latencyMilliseconds: Double
  public var energyMillijoules: Double?

  /// Creates a measurement; both figures must be positive and finite.
  public init(
    _ workload: InferenceWorkload, latencyMilliseconds: Double, energyMillijoules: Double? = nil
  ) {
    self.workload = workload
    self.latencyMilliseconds = latencyMilliseconds
    self.energyMillijoules = energyMillijoules
  }
}
