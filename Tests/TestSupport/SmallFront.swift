import Foundation

/// A `front.json` of three students with one training each, for tests of commands and reports.
public enum SmallFront {
  /// Returns the text of the file.
  ///
  /// - Parameters:
  ///   - seed: By which the right answers are drawn.
  ///   - accuracy: About the accuracy of the best student.
  ///   - testHash: Of the test images.
  ///   - students: How many there are; each is two points better and half a millisecond slower than the one before.
  public static func json(
    seed: UInt64 = 1, accuracy: Double = 0.92, images: Int = 2000, testHash: String = "images",
    measurementProtocol: String = "a board", students: Int = 3
  ) -> String {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func outcome(_ skill: Double) -> String {
      var bytes = [UInt8](repeating: 0, count: (images + 7) / 8)
      var correct = 0
      for image in 0..<images {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        guard Double(state >> 11) * 0x1p-53 < skill else { continue }
        bytes[image / 8] |= 1 << (image % 8)
        correct += 1
      }
      return "{\"count\": \(images), \"correct\": \(correct), \"negative_log_likelihood\": 0.3, "
        + "\"correct_images\": \"\(Data(bytes).base64EncodedString())\", \"metrics\": {\"kappa\": 0.5}}"
    }
    let lines = (0..<students).map { index in
      let skill = accuracy - 0.02 * Double(students - 1 - index)
      return """
            {"on_front": true, "key": "00\(index)", "trial": \(index), "latency_ms": \(0.5 * Double(index + 1)),
             "latency_se_ms": 0.01, "macs": \(1000 * (index + 1)), "architecture": "stem | <\(index)>",
             "runs": [{"seed": 0, "validation": \(outcome(skill)), "test": \(outcome(skill))}]}
        """
    }
    return """
      {
        "format": "autodistill-front/3", "name": "small", "seed": \(seed), "complete": true,
        "hashes": {"study_sha256": "5eed\(seed)", "data_sha256": "data"},
        "minimize": ["latency_ms"], "constraints": {"confidence": 0.9, "bounds": []},
        "budgets": [
          {"name": "fast", "constraints": ["latency_ms<=1.1"], "trial": 1},
          {"name": "latency_ms<=2", "constraints": ["latency_ms<=2"], "trial": 2}
        ],
        "hardware": {"profile": "board", "protocol": "\(measurementProtocol)"},
        "splits": {"validation": {"count": \(images), "sha256": "v"},
          "test": {"count": \(images), "sha256": "\(testHash)"}},
        "students": [
      \(lines.joined(separator: ",\n"))
        ]
      }

      """
  }
}
