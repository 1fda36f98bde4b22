import FileFormats
import Foundation
import TestSupport

@testable import Studies

/// A `study.json` whose members a test changes, adds or leaves out.
struct StudyText {
  private var members: [(name: String, value: String)]

  /// A study of `TinyData` in `tinySpace`, without a device: eight flash trials, two finalists,
  /// nobody audited.
  static let tiny = StudyText(members: [
    ("format", "\"autodistill-study/1\""), ("name", "\"tiny\""), ("seed", "3"),
    (
      "data",
      """
      {"train_images": "images.npy", "train_labels": "labels.npy", "classes": 3,
       "validation_count": 60, "test_count": 60, "split": "random"}
      """
    ),
    (
      "teacher",
      """
      {"network": {"stem_channels": 8, "stages": [{"channels": 8}]},
       "recipe": {"epochs": 4, "batch": 24, "slices": 2, "learning_rate": 0.1}}
      """
    ),
    ("search_space", "\"space.json\""), ("minimize", "[\"macs\"]"),
    ("search", "{\"trials\": 8, \"initial_trials\": 4, \"look_ahead\": 4}"),
    ("flash", "{\"fraction\": 0.5, \"batch\": 12, \"statistics_batches\": 4}"),
    ("full", "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1}"),
    ("finalists", "{\"count\": 2}"), ("audit", "{\"count\": 0}"),
    ("robustness", "false"),
  ])

  func setting(_ name: String, _ value: String) -> StudyText {
    var text = self
    if let index = members.firstIndex(where: { $0.name == name }) {
      text.members[index].value = value
    } else {
      text.members.append((name, value))
    }
    return text
  }

  func removing(_ name: String) -> StudyText {
    StudyText(members: members.filter { $0.name != name })
  }

  var json: String {
    "{\n" + members.map { "  \"\($0.name)\": \($0.value)" }.joined(separator: ",\n") + "\n}\n"
  }

  func definition() throws -> StudyDefinition {
    try StudyDefinition(JSONField(json: Data(json.utf8), file: "study.json"))
  }
}

/// The same students with three reference designs, of 0, 1 and 2 separable layers.
let tinySpaceWithReferences =
  String(tinySpace.dropLast(2)) + """
    ,
      "references": [
        {"name": "deep", "key": "212"},
        {"name": "small", "values": {"depth": 0, "width": 4}},
        {"name": "middle", "values": {"depth": 1, "kernel": 3, "width": 6}}
      ]
    }
    """

/// The profile of a made-up machine, as `profile measure` of a version would have measured it.
func deviceProfile(measuredOn machine: String, version: String) -> String {
  deviceProfile().replacing("some runtime", with: "autodistill \(version)")
    .replacing("\"one core\"", with: "\"none\"").replacing("\"cooled\"", with: "\"not controlled\"")
    .replacing(
      "\"source\": \"published\"", with: "\"source\": \"measured\", \"machine\": \"\(machine)\"")
}

/// A made-up device; without an `energy` section unless one is given.
///
/// - Parameters:
///   - overhead: Microseconds per kernel.
///   - rate: 10⁹ multiply–accumulates per second.
func deviceProfile(
  name: String = "small-board", overhead: Double = 8, rate: Double = 4, threads: Int = 1,
  ram: Int = 4_294_967_296, energy: String = ""
) -> String {
  let rates = "\"gmacs_per_second\": \(rate)"
  let operations = "\"gops_per_second\": 1"
  let kernels = [
    ("convolution", rates), ("pointwise", rates), ("depthwise", rates), ("dense", rates),
    ("squeeze_excitation", rates + ", " + operations), ("pooling", operations),
    ("global_pooling", operations), ("elementwise", operations),
  ].map { "\"\($0)\": {\"overhead_us\": \(overhead), \"relative_uncertainty\": 0.3, \($1)}" }
  return """
    {"format": "autodistill-hardware-profile/1", "name": "\(name)", "device": "A board called \(name)",
     "protocol": {"runtime": "some runtime", "precision": "fp32", "batch": 1, "threads": \(threads),
       "resolution": "8×8", "affinity": "one core", "thermal": "cooled"},
     "memory": {"ram_bytes": \(ram), "flash_bytes": 16000000000, "weights_in": "ram",
       "levels": [{"name": "DRAM", "bandwidth_gb_per_second": 4.8}]},
     "inference_overhead_us": 30, "kernels": {\(kernels.joined(separator: ", "))}, \(energy)
     "relative_uncertainty": 0.35,
     "provenance": {"source": "published", "text": "From a data sheet.", "date": "2026-01-31"}}
    """
}
