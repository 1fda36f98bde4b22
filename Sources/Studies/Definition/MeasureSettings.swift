import DeviceMeasurement
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks

/// How the final students are timed on the study's device, where that is not this machine.
public struct MeasureSettings: Hashable, Sendable {
  /// The name of the hardware profile whose device it is; nil for a study's only one.
  public var profile: String?
  /// The command, with `{model}` for the exported model's path: in `study.json` a line of shell, or a program and
  /// its arguments.
  public var device: CommandDevice
  /// The format of the exported model, by its name.
  public var format: String
  /// How the command measures, where that is not as the hardware profile says.
  public var measurementProtocol: MeasurementProtocol?

  /// What measurements on this machine are known by in the journal.
  static let hostSource = "host"

  /// What measurements are known by in the journal.
  var source: String {
    let measured = measurementProtocol.map { ", \($0)" } ?? ""
    return (profile.map { "\($0), " } ?? "") + "\(format): \(device.command)\(device.reading)"
      + measured
  }

  /// Reads a line of shell, or a program and its arguments.
  private static func device(
    _ field: JSONField, timeLimitSeconds: Double, reading: LatencyReading
  ) throws -> CommandDevice {
    if case .array = field.value {
      return try CommandDevice(
        program: field.commandWords("a program and its arguments"),
        timeLimitSeconds: timeLimitSeconds, reading: reading)
    }
    let line = try field.text(
      "a command such as \"ssh pi ./bench {model}\", or [\"./bench\", \"{model}\"]")
    guard !line.utf8.contains(0) else { throw field.expected("a text without zero bytes") }
    return try CommandDevice(line, timeLimitSeconds: timeLimitSeconds, reading: reading)
  }

  /// - Parameter precision: What the study's students compute in: their files have to have a place for it.
  init(_ field: JSONField, precision: Precision) throws(JSONError) {
    let members = try field.members(
      of: "how students are measured",
      known: ["profile", "command", "format", "time_limit_seconds", "protocol"]
        + MeasureSettings.readingMembers)
    profile = try members["profile"]?.text("the name of a hardware profile")
    let command = try members.required("command")
    let limit = try members["time_limit_seconds"]?.number(in: 1...86_400) ?? 300
    let reading = try MeasureSettings.reading(members)
    do {
      device = try MeasureSettings.device(command, timeLimitSeconds: limit, reading: reading)
    } catch let error as JSONError {
      throw error
    } catch {
      throw command.expected(
        "a command with \(CommandDevice.placeholder), which stands for the exported model's path")
    }
    format = precision == .int8 ? ModelExport.tflite.format : ModelExport.safetensors.format
    if let given = members["format"] {
      format = try given.text("a format")
      guard ModelExport.forDevices(format) != nil else {
        throw given.expected("one of \(ModelExport.deviceNames)")
      }
      guard precision == .fp32 || ModelExport.forDevices(format)?.hasIntegers == true else {
        throw given.expected(
          "a format of int8, as the study's students are: "
            + ModelExport.names { $0.isForDevices && $0.hasIntegers })
      }
    }
    measurementProtocol = try members["protocol"].map { field throws(JSONError) in
      try MeasurementProtocol(field)
    }
  }
}

extension MeasureSettings {
  /// The members that say where the latency stands in what the command prints.
  private static let readingMembers = ["latency_pattern", "latency_json_path", "unit"]

  private static func reading(_ members: JSONMembers) throws(JSONError) -> LatencyReading {
    let pattern = members["latency_pattern"]
    let path = members["latency_json_path"]
    let unit = try members["unit"]?.choice(LatencyUnit.self)
    let (patternText, pathText) = (
      try pattern?.text("a regular expression whose first group is the latency"),
      try path?.text("a path such as results[0].median")
    )
    do {
      return try LatencyReading(pattern: patternText, jsonPath: pathText, unit: unit)
    } catch {
      guard let wrong = path ?? pattern else { return .automatic }
      switch error {
      case .both: throw wrong.expected("no latency_json_path next to a latency_pattern")
      case .pattern: throw wrong.expected("a regular expression such as \"avg: ([0-9.]+)\"")
      case .path: throw wrong.expected("a path such as results[0].median")
      }
    }
  }
}

extension CommandDevice {
  /// What it has this machine run.
  func requested(by field: String) -> RequestedCommand {
    words.map { RequestedCommand(field: field, words: $0) }
      ?? RequestedCommand(field: field, shellLine: command)
  }
}
