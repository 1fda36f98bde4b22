/// What a profile says of its device as well as what is fitted.
public struct DeviceDescription: Sendable {
  public var name: String
  public var device: String
  public var measurementProtocol: MeasurementProtocol
  public var memory: Memory
  /// Where no energies were measured.
  public var energy: Energy?
  public var provenance: Provenance
  /// What its runtime runs, where that is known.
  public var deployment: Deployment?

  public init(
    name: String, device: String, measurementProtocol: MeasurementProtocol, memory: Memory,
    energy: Energy? = nil, provenance: Provenance, deployment: Deployment? = nil
  ) {
    self.name = name
    self.device = device
    self.measurementProtocol = measurementProtocol
    self.memory = memory
    self.energy = energy
    self.provenance = provenance
    self.deployment = deployment
  }
}
