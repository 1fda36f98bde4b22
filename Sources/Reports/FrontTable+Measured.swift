import FileFormats
import HardwareProfiles
import Studies

extension FrontTable {
  /// The columns at the end of a table whose students were measured on the device.
  ///
  /// `latency_ms` and `latency_se_ms` stay the predicted ones; `front_latency` says which of them the front
  /// is made of, and `broken_constraint` which limit keeps a student off it.
  static let measuredColumns: [Column] = [
    Column(name: "measured_latency_ms", kind: .number),
    Column(name: "measured_latency_se_ms", kind: .number),
    Column(name: "measured_samples", kind: .number),
    Column(name: "measured_drift", kind: .number),
    Column(name: "measured_soundness", kind: .text),
    Column(name: "measured_protocol", kind: .text),
    Column(name: "front_latency", kind: .text),
    Column(name: "broken_constraint", kind: .text),
  ]

  static func measuredCells(
    _ student: StudyResults.Student, _ measurement: StudyResults.Measurement
  ) -> [String] {
    let measured = student.measured
    return [
      measured?.latencyMilliseconds.fixed(5) ?? "",
      measured?.latencyStandardErrorMilliseconds?.fixed(5) ?? "",
      measured.map { String($0.samples) } ?? "", measured?.drift?.fixed(5) ?? "",
      measured.map { $0.doubt.map { "doubtful: \($0)" } ?? "sound" } ?? "",
      measured?.measurementProtocol ?? "", measurement.front.rawValue,
      student.broken.map(\.description).joined(separator: " "),
    ]
  }
}

extension JSONReport {
  /// What `front.json` says of the measurement as a whole; nothing where there is none.
  var measurementMembers: [(String, JSONText)] {
    guard let measurement = inputs.results.measurement else { return [] }
    return [
      (
        "measurement",
        .object([
          ("front_latency", .text(measurement.front.rawValue)),
          ("reason", .text(measurement.reason.rawValue)),
          ("measured", JSONText(measurement.measured)),
          ("students", JSONText(measurement.students)),
          ("protocol", .text(measurement.measurementProtocol)),
          ("demoted", .array(inputs.results.demoted.map { JSONText.text($0.key) })),
        ])
      )
    ]
  }
}
