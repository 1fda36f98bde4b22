import Foundation
import HardwareProfiles

@testable import Studies

/// A study on a device behind a shell script that makes up latencies from the students' keys.
///
/// The script notes every student that it times in `timed`. A file `down` makes it unreachable, `busy` gives
/// two modes, `slower` makes all but the first run of it slower.
struct MeasuredStudy {
  let study: TinyStudy
  var folder: StudyFolder { study.folder }

  static let text = StudyText.tiny.setting("hardware", "\"device.json\"")
    .setting("minimize", "[\"latency_ms\"]")
    .setting("finalists", "{\"count\": 3, \"baseline\": false}")

  init(_ text: StudyText = MeasuredStudy.text, settings: String = "") throws {
    study = try TinyStudy(text)
    try study.temporary.write(
      """
      cd '\(study.folder.path)' || exit 9
      [ -f "$1" ] || { echo no model >&2; exit 8; }
      [ -e down ] && { echo no route to host >&2; exit 255; }
      key=$(basename "$(dirname "$1")")
      factor=1
      [ -e slower ] && [ -e timed ] && factor=2
      echo "$key" >> timed
      [ -e slow ] && sleep 0.2
      number=$(( (1000 + 1$key) * factor ))
      low=$number; high=$number
      [ -e busy ] && high=$(( number * 2 ))
      echo $low $low $low $low $low $low $high $high $high $high $high us

      """, to: "device.sh")
    try study.write(
      text.setting("measure", "{\"command\": \"sh '\(folder.path)/device.sh' {model}\"\(settings)}")
    )
  }

  func set(_ switches: String...) throws {
    for name in switches { try study.temporary.write("", to: name) }
  }

  func clear(_ switches: String...) throws {
    for name in switches { try FileManager.default.removeItem(atPath: study.temporary.file(name)) }
  }

  /// The latency that the script makes up, in milliseconds.
  static func latency(_ key: String) -> Double { (1000 + (Double("1" + key) ?? .nan)) / 1000 }

  /// The students that the script has timed, in order.
  var timed: [String] {
    let data = (try? study.temporary.read("timed")) ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func state() throws -> StudyState { try Journal.state(of: folder) }

  func results() throws -> StudyResults {
    StudyResults(try study.inputs().definition, try state())
  }
}
