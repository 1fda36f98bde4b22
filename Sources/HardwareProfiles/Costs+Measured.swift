extension Costs {
  /// Returns the costs with a latency that was measured in place of the predicted one.
  ///
  /// - Parameters:
  ///   - milliseconds: The measured latency.
  ///   - standardError: One standard deviation of its error, in milliseconds, if it is known.
  public func replacingLatency(by milliseconds: Double, standardError: Double?) -> Costs {
    Costs(
      profile: profile, latencyMilliseconds: milliseconds,
      latencyStandardErrorMilliseconds: standardError, energyMillijoules: energyMillijoules,
      peakMemoryBytes: peakMemoryBytes, weightBytes: weightBytes, macs: macs,
      parameters: parameters, depth: depth)
  }
}
