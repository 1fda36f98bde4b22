import HardwareProfiles

extension HardwareProfile {
  /// Returns this profile of a machine's micro-benchmarks corrected by measured networks of a space, and checked
  /// on others of it.
  ///
  /// - Parameters:
  ///   - networks: Random ones, measured on the machine by the profile's protocol.
  ///   - correcting: How many of them correct it, from the first; at least two. The others check it.
  ///   - space: The space's name.
  /// - Throws: `DeviceFitError`.
  public func corrected(
    by networks: [MeasuredWorkload], correcting: Int, ofSpace space: String
  ) throws(DeviceFitError) -> HardwareProfile {
    let fit = try DeviceFit(
      Array(networks.prefix(correcting)), base: self,
      description: DeviceDescription(
        name: name, device: device, measurementProtocol: measurementProtocol, memory: memory,
        energy: energy,
        provenance: Provenance(
          source: .measured,
          text: provenance.text + " Corrected by \(correcting) random students of \(space).",
          date: provenance.date, machine: provenance.machine)))
    let others = Array(networks.dropFirst(correcting))
    return fit.profile.with(validation: fit.quality(on: others), method: .randomStudents)
  }
}
