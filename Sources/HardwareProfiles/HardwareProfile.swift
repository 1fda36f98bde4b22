import NeuralNetworks

/// What a device does to a network, as numbers: rates, overheads, energy, limits, and how sure they are.
///
/// The JSON format is described in `HardwareProfiles/README.md`. The invariant: every kernel kind has
/// parameters, if only assumed ones; memory levels grow in capacity and fall in bandwidth; only the last has no capacity; the
/// correction was fitted to the physical model of the same profile.
public struct HardwareProfile: Hashable, Sendable {
  public let name: String
  /// What the device is, in words.
  public let device: String
  public let measurementProtocol: MeasurementProtocol
  public let memory: Memory
  /// What kernels take by arithmetic and traffic.
  public let physical: PhysicalModel
  /// What measured networks add to that; nil if none were measured.
  public let correction: LatencyCorrection?
  public let energy: Energy?
  /// What the runtime runs, and what a model takes there; nil where the profile says nothing of it.
  public let deployment: Deployment?
  /// One standard deviation of what all kernels of a network are wrong by together, relative.
  public let relativeUncertainty: Double
  public let provenance: Provenance
  public let validation: Validation?

  init(
    name: String, device: String, measurementProtocol: MeasurementProtocol, memory: Memory,
    physical: PhysicalModel, correction: LatencyCorrection? = nil, energy: Energy?,
    relativeUncertainty: Double, provenance: Provenance, validation: Validation?,
    deployment: Deployment? = nil
  ) {
    precondition(physical.kernels.count == InferenceKernel.Kind.allCases.count)
    self.name = name
    self.device = device
    self.measurementProtocol = measurementProtocol
    self.memory = memory
    self.physical = physical
    self.correction = correction
    self.energy = energy
    self.deployment = deployment
    self.relativeUncertainty = relativeUncertainty
    self.provenance = provenance
    self.validation = validation
  }
}

/// The device's memory: what must fit into it, and how fast it is read.
public struct Memory: Hashable, Sendable, Codable {
  /// Where weights are while the network runs.
  public enum WeightPlace: String, Hashable, Sendable, Codable, CaseIterable {
    case ram
    case flash
  }

  /// One level of the memory hierarchy.
  public struct Level: Hashable, Sendable, Codable {
    public let name: String
    /// Bytes that fit; `nil` for the last level, which holds everything.
    public let capacityBytes: Int?
    public let bandwidthGigabytesPerSecond: Double

    public init(name: String, capacityBytes: Int?, bandwidthGigabytesPerSecond: Double) {
      self.name = name
      self.capacityBytes = capacityBytes
      self.bandwidthGigabytesPerSecond = bandwidthGigabytesPerSecond
    }

    enum CodingKeys: String, CodingKey {
      case name
      case capacityBytes = "capacity_bytes"
      case bandwidthGigabytesPerSecond = "bandwidth_gb_per_second"
    }
  }

  /// What weights and activations must fit into; nil where it is not known.
  public let ramBytes: Int?
  /// What weights must fit into; nil where it is not known.
  public let flashBytes: Int?
  /// What one kernel's input, weights and output must fit into; nil where there is no such limit.
  public var workingSetBytes: Int?
  /// Weights in RAM count towards a network's peak memory; weights in flash do not.
  public let weightsIn: WeightPlace
  /// From the smallest and fastest to the one that holds everything.
  public internal(set) var levels: [Level]

  /// Creates the memory of a device; levels must grow in capacity, and only the last has none.
  public init(ramBytes: Int?, flashBytes: Int?, weightsIn: WeightPlace, levels: [Level]) {
    self.ramBytes = ramBytes
    self.flashBytes = flashBytes
    self.weightsIn = weightsIn
    self.levels = levels
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case ramBytes = "ram_bytes"
    case flashBytes = "flash_bytes"
    case workingSetBytes = "working_set_bytes"
    case weightsIn = "weights_in"
    case levels
  }
}

/// What an inference costs in energy.
public struct Energy: Hashable, Sendable, Codable {
  public let picojoulesPerMAC: Double
  public let picojoulesPerByte: Double
  /// Power drawn while the inference runs, whatever it computes.
  public let staticPowerMilliwatts: Double

  enum CodingKeys: String, CodingKey {
    case picojoulesPerMAC = "pj_per_mac"
    case picojoulesPerByte = "pj_per_byte"
    case staticPowerMilliwatts = "static_power_mw"
  }
}

/// Where a profile's numbers come from.
public struct Provenance: Hashable, Sendable, Codable {
  public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
    /// Fitted to measurements that we made on the device itself.
    case measured
    /// Fitted to latencies that others measured.
    case fitted
    /// Taken from figures that others published; nothing was measured by us.
    case published
  }

  public let source: Source
  /// What was done or read, with references.
  public let text: String
  /// The day, as `2026-01-31`.
  public let date: String
  /// The machine on which measurements were made.
  public let machine: String?

  public init(source: Source, text: String, date: String, machine: String?) {
    self.source = source
    self.text = text
    self.date = date
    self.machine = machine
  }
}

/// How predictions compared with measurements of networks that the fit had not seen.
public struct Validation: Hashable, Sendable, Codable {
  /// Where these networks come from.
  public enum Method: String, Hashable, Sendable, Codable, CaseIterable {
    /// They were left out of the fit.
    case heldOut = "held_out"
    /// Each was left out in turn, with the scales of the correction from all.
    case leaveOneOut = "leave_one_out"
    /// They were drawn at random and took no part in the fit.
    case randomStudents = "random_students"
  }

  public var method: Method?
  public let networks: Int
  /// Rank correlation of predicted and measured latency.
  public let spearman: Double
  /// The median of |predicted − measured| / measured, in per cent.
  public let medianAbsolutePercentageError: Double
  /// The share of networks predicted within 10 %.
  public let within10Percent: Double
  /// The share of networks predicted within 5 %.
  public var within5Percent: Double?
  /// Kendall's τ-b of predicted and measured latency.
  public var kendall: Double?
  /// The share of networks inside their 90 % interval.
  public var intervalCoverage90: Double?
  /// How far off each network was that was left out; nil where they are too many to name.
  public var leftOut: [LeftOut]?

  /// How far off a network was that took no part in the fit.
  public struct LeftOut: Hashable, Sendable, Codable {
    public let network: String
    /// Predicted less measured, in per cent of the measured latency.
    public let latencyErrorPercent: Double
    /// The same of the energy; nil where none was measured.
    public let energyErrorPercent: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case network
      case latencyErrorPercent = "latency_error_percent"
      case energyErrorPercent = "energy_error_percent"
    }
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case method, networks, spearman, kendall
    case medianAbsolutePercentageError = "median_absolute_percentage_error"
    case within5Percent = "within_5_percent"
    case within10Percent = "within_10_percent"
    case intervalCoverage90 = "interval_coverage_90"
    case leftOut = "left_out"
  }
}
