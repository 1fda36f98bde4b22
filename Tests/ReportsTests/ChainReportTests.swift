import Distillation
import Foundation
import Testing

@testable import Reports
@testable import Studies

extension MadeUpStudy {
  /// `small` with a chain of teachers: trial 0 is an assistant itself, and the others have one and a generation.
  static var chained: MadeUpStudy {
    var study = small
    study.full = #"{"epochs": 20, "generations": 2, "assistants": ["00000"]}"#
    study.events = study.events.map { event in
      guard case .distilled(var training) = event, !training.isBaseline, training.validation != nil
      else { return event }
      let generation = ChainLink(
        role: .generation, key: "11010", validation: evaluation(0.88, of: 5000))
      let assistant = ChainLink(
        role: .assistant, key: "00000", validation: evaluation(0.875, of: 5000))
      training.chain = training.trial == 0 ? [generation] : [assistant, generation]
      return .distilled(training)
    }
    return study
  }
}

@Suite("what a report says of a chain of teachers")
struct ChainReportTests {
  /// The links of each student's first training in `front.json`; nil where it names none.
  private func links(_ study: MadeUpStudy) throws -> [[[String: Any]]?] {
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(try study.report().frontJSON.utf8))
        as? [String: Any])
    let students = try #require(object["students"] as? [[String: Any]])
    return try students.map { student in
      let runs = try #require(student["runs"] as? [[String: Any]])
      let baselines = try #require(student["baseline_runs"] as? [[String: Any]])
      #expect(baselines.allSatisfy { $0["links"] == nil })
      return runs.first?["links"] as? [[String: Any]]
    }
  }

  @Test("front.json has what each training before a student's own came to, in order")
  func json() throws {
    let links = try links(.chained)
    #expect(!links.isEmpty && links.allSatisfy { $0 != nil })
    let two = try #require(links.compactMap(\.self).first { $0.count == 2 })
    #expect(two.map { $0["role"] as? String } == ["assistant", "generation"])
    #expect(two.map { $0["key"] as? String } == ["00000", "11010"])
    let counts = try #require(two[0]["validation"] as? [String: Any])
    #expect(counts["correct"] as? Int == 4375 && counts["count"] as? Int == 5000)
    #expect(counts["negative_log_likelihood"] as? Double == 0.3)
  }

  @Test("front.json has no such member where nothing came before")
  func none() throws {
    #expect(try links(.small).allSatisfy { $0 == nil })
  }

  @Test("a section lists them next to the student")
  func section() throws {
    let section = try #require(
      try MadeUpStudy.chained.report().model.sections.first { $0.anchor == "chains" })
    let text = "\(section.blocks)"
    #expect(text.contains("assistant 00000: 87.50 → itself: 88.00"), "\(text)")
  }
}
