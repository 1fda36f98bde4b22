import DeviceMeasurement
import Distillation
import FileFormats
import Foundation
import HardwareProfiles

/// A device that the study's final students can be timed on.
struct MeasuringDevice {
  let source: String
  /// The name of the hardware profile that predicts the device's latencies.
  let profile: String
  /// The device and the protocol, as reports state them.
  let protocolDescription: String
  /// Whether that is what the hardware profile's predictions are for.
  let isComparable: Bool
  /// Measures a model; the key names its files.
  let measure: (_ student: ExportedStudent, _ key: String) throws -> MeasuredLatency

  /// Returns the device of a study: the command that it names, or this machine if the profile was measured
  /// on one like it with this program; nil if there is neither.
  static func of(_ inputs: StudyInputs, _ context: StudyContext) -> MeasuringDevice? {
    if let settings = inputs.definition.measure {
      let profile = inputs.profiles.first { settings.profile == nil || settings.profile == $0.name }
      return profile.flatMap { command(settings, $0, inputs, context) }
    }
    let here = inputs.profiles.first {
      $0.isMeasurable(on: context.machine, version: context.version)
    }
    guard let profile = here else { return nil }
    return MeasuringDevice(
      source: MeasureSettings.hostSource, profile: profile.name,
      protocolDescription: profile.protocolDescription, isComparable: true
    ) { student, _ in
      try InferenceTimer(student.model.inferencePlan(capacity: 1)).measure(.student)
    }
  }

  private static func command(
    _ settings: MeasureSettings, _ profile: HardwareProfile, _ inputs: StudyInputs,
    _ context: StudyContext
  ) -> MeasuringDevice? {
    guard let export = ModelExport.forDevices(settings.format) else { return nil }
    let measurementProtocol = settings.measurementProtocol ?? profile.measurementProtocol
    return MeasuringDevice(
      source: settings.source, profile: profile.name,
      protocolDescription: "\(profile.device); \(measurementProtocol)",
      isComparable: measurementProtocol == profile.measurementProtocol
    ) { student, key in
      // An absolute path: the command may change its folder.
      let folder = URL(filePath: inputs.folder.candidate(key)).path
      try Folder.create(folder)
      let path = (folder as NSString).appendingPathComponent("measured.\(export.format)")
      try export.write(
        student, path,
        [
          "architecture": key, "network": student.model.network.identity,
          "classes": String(inputs.dataset.classes),
        ])
      defer { try? FileManager.default.removeItem(atPath: path) }
      return try settings.device.measure(model: path, isCancelled: context.isCancelled)
    }
  }
}
