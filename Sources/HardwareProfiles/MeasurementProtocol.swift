import NeuralNetworks

/// How latencies were, or would be, measured; a latency without it means nothing.
public struct MeasurementProtocol: Hashable, Sendable, Codable {
  /// The numbers that weights and activations are made of.
  public typealias Precision = NeuralNetworks.Precision

  /// The program that runs the network, with its version.
  public let runtime: String
  /// The runtime's name without a version, for programs: `x-cube-ai`; nil in profiles that do not say it.
  public var runtimeName: String?
  /// The version of the named runtime: `9.0.0`; nil where the name is.
  public var runtimeVersion: String?
  public let precision: Precision
  /// Images per inference; predictions are for one.
  public let batch: Int
  public let threads: Int
  /// Which image sizes the numbers stand for, in words.
  public let resolution: String
  /// Which cores the threads were bound to, in words.
  public let affinity: String
  /// Clock, governor and cooling, in words.
  public let thermal: String

  public init(
    runtime: String, precision: Precision = .fp32, batch: Int = 1, threads: Int = 1,
    resolution: String, affinity: String, thermal: String
  ) {
    precondition(batch == 1, "predictions are for one image at a time, got \(batch)")
    precondition(threads > 0, "the number of threads must be positive, got \(threads)")
    self.runtime = runtime
    self.precision = precision
    self.batch = batch
    self.threads = threads
    self.resolution = resolution
    self.affinity = affinity
    self.thermal = thermal
  }

  enum CodingKeys: String, CodingKey {
    case runtime
    case runtimeName = "runtime_name"
    case runtimeVersion = "runtime_version"
    case precision, batch, threads, resolution, affinity, thermal
  }
}

extension MeasurementProtocol: CustomStringConvertible {
  /// The protocol as a report states it with a latency.
  public var description: String {
    runtime + (runtimeName.map { " (\($0) \(runtimeVersion ?? ""))" } ?? "")
      + ", \(precision.rawValue), batch \(batch), "
      + "\(threads) thread\(threads == 1 ? "" : "s"), resolution: \(resolution), "
      + "affinity: \(affinity), thermal: \(thermal)"
  }
}

extension MeasurementProtocol {
  /// Returns the keys of the fields in which two protocols differ.
  public func differences(from other: MeasurementProtocol) -> [String] {
    let fields: [(String, Bool)] = [
      ("runtime", runtime == other.runtime),
      ("runtime_name", runtimeName == other.runtimeName),
      ("runtime_version", runtimeVersion == other.runtimeVersion),
      ("precision", precision == other.precision),
      ("batch", batch == other.batch),
      ("threads", threads == other.threads),
      ("resolution", resolution == other.resolution),
      ("affinity", affinity == other.affinity),
      ("thermal", thermal == other.thermal),
    ]
    return fields.filter { !$0.1 }.map(\.0)
  }
}

extension HardwareProfile {
  /// The device and the protocol, as a report states them with a latency.
  public var protocolDescription: String { "\(device); \(measurementProtocol)" }

  /// Throws unless latencies from both profiles may stand in one front: the device may differ, how its
  /// latencies are measured may not.
  ///
  /// - Throws: `IncomparableProfiles` naming the fields that differ.
  public func requireComparable(to other: HardwareProfile) throws(IncomparableProfiles) {
    let fields = measurementProtocol.differences(from: other.measurementProtocol)
    if !fields.isEmpty {
      throw IncomparableProfiles(
        names: [name, other.name], fields: fields.map { "protocol.\($0)" })
    }
  }
}

/// Latencies of two profiles whose protocols differ were about to be compared.
public struct IncomparableProfiles: Error, Hashable, CustomStringConvertible {
  public let names: [String]
  /// Paths of the fields that differ.
  public let fields: [String]

  public var description: String {
    "the profiles '\(names[0])' and '\(names[1])' differ in \(fields.joined(separator: ", ")): "
      + "their latencies cannot stand in one front"
  }
}
