import HardwareProfiles

extension StudyDefinition {
  /// Accuracy and costs as values to maximise.
  public func objectiveVector(_ accuracy: Double, _ costs: Costs) -> [Double] {
    [accuracy] + objectives.map { -cost($0, costs) }
  }

  /// The cost that tables and charts are ordered by.
  public func firstCost(_ costs: Costs) -> Double { cost(objectives[0], costs) }

  /// A metric that was found available when the study was read.
  public func cost(_ metric: DeviceMetric, _ costs: Costs) -> Double {
    (try? costs.value(of: metric)) ?? .infinity
  }
}
