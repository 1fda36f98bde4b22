extension Costs {
  /// Returns the costs with a latency that was measured in place of the predicted one.
  ///
  /// - Parameters:
  ///   - profile: The name of the profile on whose device it was measured.
  ///   - milliseconds: The measured latency.
  ///   - standardError: One standard deviation of its error, in milliseconds, if it is known.
  public func replacingLatency(
    on profile: String, by milliseconds: Double, standardError: Double?
  ) -> Costs {
    let devices = devices.map { device in
      guard device.profile == profile else { return device }
      var measured = device
      measured.latencyMilliseconds = milliseconds
      measured.latencyStandardErrorMilliseconds = standardError
      return measured
    }
    return Costs(devices: devices, macs: macs, parameters: parameters, depth: depth)
  }
}
