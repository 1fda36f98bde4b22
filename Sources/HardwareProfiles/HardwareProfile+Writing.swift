import Foundation
import NeuralNetworks

extension HardwareProfile {
  /// Returns the profile as the contents of a file that `init(json:file:)` reads back unchanged.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self)
    guard let correction, text.hasSuffix("\n}") else { return Data((text + "\n").utf8) }
    let members = text.dropLast(2) + ",\n  \"correction\" : "
    return Data((members + (try correction.json(indentation: "  ")) + "\n}\n").utf8)
  }
}

extension HardwareProfile: Encodable {
  private enum CodingKeys: String, CodingKey {
    case format, name, device
    case measurementProtocol = "protocol"
    case memory
    case inferenceOverheadMicroseconds = "inference_overhead_us"
    case fusion, kernels
    case idleKernels = "idle_kernels"
    case energy
    case deployment
    case relativeUncertainty = "relative_uncertainty"
    case provenance, validation
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(HardwareProfile.format, forKey: .format)
    try container.encode(name, forKey: .name)
    try container.encode(device, forKey: .device)
    try container.encode(measurementProtocol, forKey: .measurementProtocol)
    try container.encode(memory, forKey: .memory)
    try container.encode(
      physical.inferenceOverheadMicroseconds, forKey: .inferenceOverheadMicroseconds)
    // What a file did not say is not said by a copy of it either.
    func named(_ kernels: [KernelParameters]) -> [String: KernelParameters] {
      Dictionary(
        uniqueKeysWithValues: zip(InferenceKernel.Kind.allCases.map(\.rawValue), kernels)
          .filter { !$1.isAssumed })
    }
    if physical.fusion != FusionRules() { try container.encode(physical.fusion, forKey: .fusion) }
    try container.encode(named(physical.kernels), forKey: .kernels)
    try container.encodeIfPresent(physical.idleKernels.map(named), forKey: .idleKernels)
    try container.encodeIfPresent(energy, forKey: .energy)
    try container.encodeIfPresent(deployment, forKey: .deployment)
    try container.encode(relativeUncertainty, forKey: .relativeUncertainty)
    try container.encode(provenance, forKey: .provenance)
    try container.encodeIfPresent(validation, forKey: .validation)
  }
}

extension KernelParameters: Encodable {
  enum CodingKeys: String, CodingKey {
    case overheadMicroseconds = "overhead_us"
    case gigaMACsPerSecond = "gmacs_per_second"
    case gigaOperationsPerSecond = "gops_per_second"
    case gigabytesPerSecond = "gb_per_second"
    case outputChannelsHalf = "output_channels_half"
    case reductionHalf = "reduction_half"
    case inputChannelsHalf = "input_channels_half"
    case relativeUncertainty = "relative_uncertainty"

    /// The keys that describe a kernel of `kind`.
    static func of(_ kind: InferenceKernel.Kind) -> [String] {
      var keys: [CodingKeys] = [.overheadMicroseconds]
      if kind.countsMACs { keys.append(.gigaMACsPerSecond) }
      if kind.countsOperations { keys.append(.gigaOperationsPerSecond) }
      if kind.hasEfficiency {
        keys += [.outputChannelsHalf, .reductionHalf, .inputChannelsHalf]
      }
      return (keys + [.gigabytesPerSecond, .relativeUncertainty]).map(\.rawValue)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(overheadMicroseconds, forKey: .overheadMicroseconds)
    try container.encodeIfPresent(gigaMACsPerSecond, forKey: .gigaMACsPerSecond)
    try container.encodeIfPresent(gigaOperationsPerSecond, forKey: .gigaOperationsPerSecond)
    try container.encodeIfPresent(gigabytesPerSecond, forKey: .gigabytesPerSecond)
    if outputChannelsHalf > 0 {
      try container.encode(outputChannelsHalf, forKey: .outputChannelsHalf)
    }
    if reductionHalf > 0 { try container.encode(reductionHalf, forKey: .reductionHalf) }
    if inputChannelsHalf > 0 { try container.encode(inputChannelsHalf, forKey: .inputChannelsHalf) }
    try container.encode(relativeUncertainty, forKey: .relativeUncertainty)
  }
}
