import Foundation
import HardwareProfiles

/// What a user says of a device whose profile is fitted; nil for what is not said.
public struct StatedDevice: Sendable {
  /// The profile's name.
  public var name: String?
  /// What the device is, in words.
  public var device: String?
  public var runtime: String?
  public var precision: MeasurementProtocol.Precision?
  public var threads: Int?
  /// Where the measurements come from, in a sentence.
  public var source: String?
  /// The processor of this machine, if the measurements were made on it.
  public var machine: String?

  public init() {}

  /// Fills in what a profile of the device says, and then that nothing is known.
  ///
  /// - Parameters:
  ///   - base: The profile that the fit starts from.
  ///   - described: A profile of the device, if another than the base.
  ///   - file: The path of the profile's file, which names it where nothing else does.
  ///   - networks: How many networks are fitted.
  ///   - spaces: The names of their spaces.
  ///   - date: The day, as `2026-01-31`.
  public func description(
    base: HardwareProfile?, like described: HardwareProfile?, file: String?, networks: Int,
    spaces: [String], date: String
  ) -> DeviceDescription {
    let described = described ?? base
    let fileName = file.map {
      (($0 as NSString).lastPathComponent as NSString).deletingPathExtension
    }
    return DeviceDescription(
      name: name ?? fileName ?? "fitted",
      device: device ?? described?.device ?? machine ?? "not stated",
      measurementProtocol: measurementProtocol(like: described),
      memory: described?.memory
        ?? Memory(ramBytes: nil, flashBytes: nil, weightsIn: .ram, levels: []),
      energy: described?.energy,
      provenance: Provenance(
        source: machine == nil ? .fitted : .measured,
        text: "Fitted to \(networks) networks of \(spaces.joined(separator: " and "))"
          + (base.map { ", starting from the profile \($0.name)" } ?? "") + ". "
          + (source ?? "Where they were measured was not stated."),
        date: date, machine: machine),
      // Another runtime has other operators, and other rules of memory.
      deployment: runtime == nil ? described?.deployment : nil)
  }

  private func measurementProtocol(like described: HardwareProfile?) -> MeasurementProtocol {
    // Another runtime was measured in another way: nothing of the described protocol holds for it.
    let known = runtime == nil ? described?.measurementProtocol : nil
    var stated = MeasurementProtocol(
      runtime: runtime ?? known?.runtime ?? "not stated",
      precision: precision ?? known?.precision ?? .fp32, threads: threads ?? known?.threads ?? 1,
      resolution: known?.resolution ?? "the image size of the network that is priced",
      affinity: known?.affinity ?? "not stated", thermal: known?.thermal ?? "not stated")
    (stated.runtimeName, stated.runtimeVersion) = (known?.runtimeName, known?.runtimeVersion)
    return stated
  }
}

/// Returns the day of a date in UTC, as profiles state it: `2026-01-31`.
public func profileDay(_ date: Date = Date()) -> String {
  String(ISO8601DateFormatter().string(from: date).prefix(10))
}
