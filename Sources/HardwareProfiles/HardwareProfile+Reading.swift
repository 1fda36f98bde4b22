import FileFormats
import Foundation
import NeuralNetworks

extension HardwareProfile {
  /// The value of `"format"` in the files that this version reads and writes.
  public static let format = "autodistill-hardware-profile/3"
  /// Earlier formats whose files mean the same.
  private static let earlierFormats = [
    "autodistill-hardware-profile/1", "autodistill-hardware-profile/2",
  ]

  /// Reads a profile from a file.
  ///
  /// - Throws: `JSONError` naming file, field, value and what was expected.
  public init(contentsOf path: String) throws(JSONError) {
    try self.init(try JSONField(contentsOf: path))
  }

  /// Reads a profile from the contents of a file.
  ///
  /// - Parameter file: What errors call the file.
  /// - Throws: `JSONError` as `init(contentsOf:)` does.
  public init(json: Data, file: String) throws(JSONError) {
    try self.init(try JSONField(json: json, file: file))
  }

  private init(_ field: JSONField) throws(JSONError) {
    let root = try field.members(
      of: "a hardware profile",
      known: [
        "format", "name", "device", "protocol", "memory", "inference_overhead_us", "fusion",
        "kernels", "idle_kernels", "energy", "deployment", "relative_uncertainty", "provenance",
        "validation",
        "correction",
      ])
    let format = try root.required("format")
    let formats = [HardwareProfile.format] + HardwareProfile.earlierFormats
    guard case .text(let text) = format.value, formats.contains(text) else {
      throw format.expected("\"\(HardwareProfile.format)\"")
    }
    let measurementProtocol = try MeasurementProtocol(try root.required("protocol"))
    let memory = try Memory(try root.required("memory"))
    let physical = PhysicalModel(
      inferenceOverheadMicroseconds: try root.required("inference_overhead_us")
        .nonnegative(of: "microseconds"),
      kernels: try HardwareProfile.kernels(try root.required("kernels")),
      idleKernels: try root["idle_kernels"].map { field throws(JSONError) in
        try HardwareProfile.kernels(field)
      },
      levels: memory.levels, precision: measurementProtocol.precision,
      fusion: try root["fusion"].map { field throws(JSONError) in try FusionRules(field) }
        ?? FusionRules())
    if memory.levels.isEmpty, physical.kernels.contains(where: { $0.gigabytesPerSecond == nil }) {
      throw try root.required("memory").members(
        of: "the memory", known: Memory.CodingKeys.allCases.map(\.rawValue)
      ).required("levels").expected(
        "at least one memory level, or gb_per_second in every kind of kernels")
    }
    let nameField = try root.required("name")
    let name = try nameField.text("the profile's name")
    guard !name.contains("@") else {
      throw nameField.expected("a name without @, which stands before a device's name in metrics")
    }
    self.init(
      name: name,
      device: try root.required("device").text("what the device is, in words"),
      measurementProtocol: measurementProtocol, memory: memory, physical: physical,
      correction: try root["correction"].map { field throws(JSONError) in
        try LatencyCorrection(field, on: physical)
      },
      energy: try root["energy"].map { field throws(JSONError) in try Energy(field) },
      relativeUncertainty: try root.required("relative_uncertainty").uncertainty(),
      provenance: try Provenance(try root.required("provenance")),
      validation: try root["validation"].map { field throws(JSONError) in try Validation(field) },
      deployment: try root["deployment"].map { field throws(JSONError) in
        try Deployment(field, precision: measurementProtocol.precision)
      })
  }

  private static func kernels(_ field: JSONField) throws(JSONError) -> [KernelParameters] {
    let kinds = InferenceKernel.Kind.allCases
    let members = try field.members(of: "the kernel kinds", known: kinds.map(\.rawValue))
    var known: [InferenceKernel.Kind: KernelParameters] = [:]
    for kind in kinds {
      if let field = members[kind.rawValue] { known[kind] = try KernelParameters(field, of: kind) }
    }
    guard let elementwise = known[.elementwise] else {
      throw field.expected("the key \"elementwise\" too")
    }
    let slowest = known.values.compactMap(\.gigaMACsPerSecond).min()
    var parameters: [KernelParameters] = []
    for kind in kinds {
      if kind.countsMACs, known[kind] == nil, slowest == nil {
        throw field.expected(
          "the key \"\(kind.rawValue)\" too, or another kind with gmacs_per_second")
      }
      parameters.append(
        known[kind]
          ?? KernelParameters(assumedOf: kind, from: elementwise, gigaMACsPerSecond: slowest))
    }
    return parameters
  }
}

extension FusionRules {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(of: "the fusion rules", known: ["add", "activation"])
    self.init(
      add: try members.required("add").flag(), activation: try members.required("activation").flag()
    )
  }
}

extension JSONField {
  /// Returns one standard deviation of a relative error.
  fileprivate func uncertainty() throws(JSONError) -> Double {
    guard case .number(let number) = value, number > 0, number < 1 else {
      throw expected("a relative standard deviation between 0 and 1, such as 0.1")
    }
    return number
  }
}

extension MeasurementProtocol {
  /// Reads the `protocol` section of a profile.
  public init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a measurement protocol",
      known: [
        "runtime", "runtime_name", "runtime_version", "precision", "batch", "threads", "resolution",
        "affinity", "thermal",
      ])
    let version = try members["runtime_version"]?.text("the runtime's version, such as 9.0.0")
    let name = try members["runtime_name"]?.text("the runtime's name, such as x-cube-ai")
    if (name == nil) != (version == nil) {
      let missing = name == nil ? "runtime_name" : "runtime_version"
      throw field.expected("the key \"\(missing)\" too: a version is one of a named runtime")
    }
    let batch = try members.required("batch")
    guard batch.value == .integer(1) else {
      throw batch.expected("1: predictions are for one image at a time")
    }
    self.init(
      runtime: try members.required("runtime").text("the program that runs the network"),
      precision: try members.required("precision").choice(Precision.self),
      threads: try members.required("threads").count(of: "threads"),
      resolution: try members.required("resolution").text("the image sizes, in words"),
      affinity: try members.required("affinity").text("which cores were used, in words"),
      thermal: try members.required("thermal").text("clock and cooling, in words"))
    runtimeName = name
    runtimeVersion = version
  }
}

extension Memory {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the memory", known: Memory.CodingKeys.allCases.map(\.rawValue))
    let ramBytes = try members["ram_bytes"]?.count(of: "bytes")
    var levels: [Level] = []
    let fields = try members.required("levels").elements(of: "memory levels")
    for (index, element) in fields.enumerated() {
      levels.append(
        try Level(element, after: levels.last, isLast: index == fields.count - 1, ram: ramBytes))
    }
    self.init(
      ramBytes: ramBytes, flashBytes: try members["flash_bytes"]?.count(of: "bytes"),
      weightsIn: try members.required("weights_in").choice(WeightPlace.self), levels: levels)
    if let field = members["working_set_bytes"] {
      let bytes = try field.count(of: "bytes")
      if let ramBytes, bytes > ramBytes {
        throw field.expected("at most the \(ramBytes) bytes of ram_bytes")
      }
      workingSetBytes = bytes
    }
  }
}

extension Memory.Level {
  fileprivate init(
    _ field: JSONField, after inner: Memory.Level?, isLast: Bool, ram: Int?
  ) throws(JSONError) {
    let members = try field.members(
      of: "a memory level", known: ["name", "capacity_bytes", "bandwidth_gb_per_second"])
    let bandwidth = try members.required("bandwidth_gb_per_second")
    self.init(
      name: try members.required("name").text("the level's name"),
      capacityBytes: isLast ? nil : try members.required("capacity_bytes").count(of: "bytes"),
      bandwidthGigabytesPerSecond: try bandwidth.positive(of: "GB/s"))
    if isLast, let capacity = members["capacity_bytes"] {
      throw capacity.expected("no capacity: the last level holds everything")
    }
    if let capacity = members["capacity_bytes"], let bytes = capacityBytes {
      if let smaller = inner?.capacityBytes, bytes <= smaller {
        throw capacity.expected("more than the \(smaller) bytes of the level before")
      }
      if let ram, bytes >= ram {
        throw capacity.expected("less than the \(ram) bytes of ram_bytes")
      }
    }
    if let inner, bandwidthGigabytesPerSecond > inner.bandwidthGigabytesPerSecond {
      throw bandwidth.expected(
        "at most the \(inner.bandwidthGigabytesPerSecond) GB/s of the level before")
    }
  }
}

extension KernelParameters {
  fileprivate init(
    _ field: JSONField, of kind: InferenceKernel.Kind
  ) throws(JSONError) {
    let members = try field.members(
      of: "a kernel of kind \(kind.rawValue)", known: CodingKeys.of(kind))
    func half(_ key: CodingKeys, _ unit: String) throws(JSONError) -> Double {
      try members[key.rawValue]?.nonnegative(of: unit) ?? 0
    }
    overheadMicroseconds = try members.required(CodingKeys.overheadMicroseconds.rawValue)
      .nonnegative(of: "microseconds")
    gigaMACsPerSecond =
      kind.countsMACs
      ? try members.required(CodingKeys.gigaMACsPerSecond.rawValue).positive(of: "GMAC/s") : nil
    gigaOperationsPerSecond =
      kind.countsOperations
      ? try members.required(CodingKeys.gigaOperationsPerSecond.rawValue)
        .positive(of: "10⁹ operations/s") : nil
    gigabytesPerSecond = try members[CodingKeys.gigabytesPerSecond.rawValue]?.positive(of: "GB/s")
    outputChannelsHalf = try half(.outputChannelsHalf, "channels")
    reductionHalf = try half(.reductionHalf, "MACs per output value")
    inputChannelsHalf = try half(.inputChannelsHalf, "channels")
    relativeUncertainty = try members.required(CodingKeys.relativeUncertainty.rawValue)
      .uncertainty()
  }
}

extension Energy {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the energy", known: ["pj_per_mac", "pj_per_byte", "static_power_mw"])
    picojoulesPerMAC = try members.required("pj_per_mac").nonnegative(of: "picojoules")
    picojoulesPerByte = try members.required("pj_per_byte").nonnegative(of: "picojoules")
    let power = try members.required("static_power_mw")
    staticPowerMilliwatts = try power.nonnegative(of: "milliwatts")
    guard picojoulesPerMAC + picojoulesPerByte + staticPowerMilliwatts > 0 else {
      throw power.expected("energy above 0 for something: leave \"energy\" out if it is unknown")
    }
  }
}

extension Provenance {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the provenance", known: ["source", "text", "date", "machine"])
    source = try members.required("source").choice(Source.self)
    text = try members.required("text").text("what was done or read")
    let day = try members.required("date")
    date = try day.text("a day, such as 2026-01-31")
    guard date.wholeMatch(of: #/\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/#) != nil else {
      throw day.expected("a day, such as 2026-01-31")
    }
    machine = try members["machine"]?.text("the machine that was measured")
    if source == .measured, machine == nil {
      throw field.expected("the key \"machine\" too: something was measured")
    }
  }
}

extension Validation {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the validation", known: CodingKeys.allCases.map(\.rawValue))
    method = try members["method"]?.choice(Method.self)
    networks = try members.required("networks").count(of: "networks")
    spearman = try members.required("spearman").number(in: -1...1)
    medianAbsolutePercentageError = try members.required("median_absolute_percentage_error")
      .nonnegative(of: "per cent")
    within10Percent = try members.required("within_10_percent").number(in: 0...1)
    within5Percent = try members[CodingKeys.within5Percent.rawValue]?.number(in: 0...1)
    kendall = try members[CodingKeys.kendall.rawValue]?.number(in: -1...1)
    intervalCoverage90 = try members[CodingKeys.intervalCoverage90.rawValue]?.number(in: 0...1)
    if let field = members[CodingKeys.leftOut.rawValue] {
      var networks: [LeftOut] = []
      for element in try field.elements(of: "networks") { networks.append(try LeftOut(element)) }
      leftOut = networks
    }
  }
}

extension Validation.LeftOut {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a network that was left out", known: CodingKeys.allCases.map(\.rawValue))
    network = try members.required("network").text("the network's name")
    let range = -100.0...10_000
    latencyErrorPercent = try members.required(CodingKeys.latencyErrorPercent.rawValue)
      .number(in: range)
    energyErrorPercent = try members[CodingKeys.energyErrorPercent.rawValue]?.number(in: range)
  }
}
