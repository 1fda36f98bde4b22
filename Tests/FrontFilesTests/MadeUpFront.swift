import Comparisons
import FileFormats
import Foundation
import RandomStreams

@testable import FrontFiles

/// A front.json of made-up students.
struct MadeUpFront {
  struct Student {
    var key: String
    var latency: Double
    var latencyError = 0.0
    /// For each training the right answers on the validation split and on the test split.
    var validation: [[Bool]]
    var test: [[Bool]]
    var further = ""
  }

  var format = "autodistill-front/3"
  var name = "made-up"
  var seed = 1
  var hashes = ["data_sha256": "d", "study_sha256": "s"]
  var testHash: String? = "t"
  var validationHash: String? = "v"
  var budgets = ["latency_ms<=2"]
  var limits: [String] = []
  var measurementProtocol = "board, one core"
  /// A device on which every student takes twice as long as on the first.
  var secondDevice: String?
  var trials: Int? = 20
  var further = ""
  var students: [Student]

  var json: String {
    let lines = students.enumerated().map { index, student in
      let runs = student.validation.indices.map { run in
        "{\"seed\": \(run), \"validation\": \(outcome(student.validation[run])), "
          + "\"test\": \(student.test.indices.contains(run) ? outcome(student.test[run]) : "null")}"
      }
      return """
        {"on_front": true, "key": "\(student.key)", "trial": \(index), "broken_constraint": null,
         \(latencies(student)), "macs": 1000\(student.further),
         "runs": [\(runs.joined(separator: ", "))]}
        """
    }
    func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
    func split(_ hash: String?, _ answers: [[Bool]]?) -> String {
      "{\"count\": \(answers?.first?.count ?? 1), \"sha256\": \(quoted(hash))}"
    }
    let list = trials.map { Array(repeating: "{}", count: $0).joined(separator: ", ") }
    return """
      {"format": "\(format)", "name": "\(name)", "seed": \(seed), "complete": true, "from_the_future": [1],
       "hashes": {\(hashes.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", "))},
       "minimize": [\(secondDevice.map { "\"latency_ms@board\", \"latency_ms@\($0)\"" } ?? "\"latency_ms\"")],
       "constraints": {"confidence": 0.9, "bounds": [\(limits.map { "{\"constraint\": \"\($0)\", \"set_by\": \"study\"}" }.joined(separator: ", "))]},
       "budgets": [\(budgets.map { "{\"name\": \"\($0)\", \"constraints\": [\"\($0)\"], \"trial\": 0}" }.joined(separator: ", "))],
       "hardware": [\(["board", secondDevice].compactMap(\.self).map {
         "{\"profile\": \"\($0)\", \"protocol\": \"\(measurementProtocol)\"}"
       }.joined(separator: ", "))],
       "splits": {"validation": \(split(validationHash, students.first?.validation)),
         "test": \(split(testHash, students.first?.test))},
       "trials": \(list.map { "[\($0)]" } ?? "null")\(further),
       "students": [\(lines.joined(separator: ",\n"))]}
      """
  }

  private func latencies(_ student: Student) -> String {
    guard let secondDevice else {
      return "\"latency_ms\": \(student.latency), \"latency_se_ms\": \(student.latencyError)"
    }
    return "\"latency_ms@board\": \(student.latency), "
      + "\"latency_ms@\(secondDevice)\": \(2 * student.latency)"
  }

  private func outcome(_ answers: [Bool]) -> String {
    var bytes = [UInt8](repeating: 0, count: (answers.count + 7) / 8)
    for (index, right) in answers.enumerated() where right { bytes[index / 8] |= 1 << (index % 8) }
    return "{\"count\": \(answers.count), \"correct\": \(answers.count(where: \.self)), "
      + "\"negative_log_likelihood\": 0.5, \"correct_images\": "
      + "\"\(Data(bytes).base64EncodedString())\", \"metrics\": {\"kappa\": 0.75}}"
  }

  func file(_ subject: String = "made-up") throws -> FrontFile {
    try FrontFile(JSONField(json: Data(json.utf8), file: "\(subject)/front.json"), subject: subject)
  }
}

extension RandomStream {
  /// Draws right answers with a probability each.
  mutating func answers(_ probabilities: [Double]) -> [Bool] {
    probabilities.map { uniform() < $0 }
  }

  /// Students of rising cost and skill, two trainings each.
  mutating func front(images: Int = 400, students: Int = 4) -> MadeUpFront {
    MadeUpFront(
      students: (0..<students).map { index in
        let skill = 0.7 + 0.05 * Double(index)
        let images = [Double](repeating: skill, count: images)
        return MadeUpFront.Student(
          key: "k\(index)", latency: 0.5 * Double(index + 1),
          validation: [answers(images), answers(images)], test: [answers(images), answers(images)])
      })
  }
}
