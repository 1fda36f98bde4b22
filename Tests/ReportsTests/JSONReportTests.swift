import FileFormats
import Foundation
import Testing

@testable import Reports

@Suite("front.json")
struct JSONReportTests {
  private func object(_ reported: ReportedStudy) throws -> [String: Any] {
    let data = Data(try reported.report().frontJSON.utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("is JSON, whatever the study", arguments: ReportedStudy.allCases)
  func parses(reported: ReportedStudy) throws {
    let object = try object(reported)
    #expect(object["format"] as? String == "autodistill-front/3")
    #expect(object["name"] as? String == reported.study.name)
  }

  @Test("holds the digits of front.csv")
  func students() throws {
    let report = try MadeUpStudy.small.report()
    for row in report.model.front.rows {
      for (column, cell) in zip(report.model.front.columns, row) where column.kind == .number {
        let value = cell.isEmpty ? "null" : cell
        #expect(report.frontJSON.contains("\"\(column.name)\": \(value)"))
      }
    }
  }

  @Test("holds teacher, seed, hashes, constraints and audit")
  func surroundings() throws {
    let object = try object(.small)
    #expect(object["seed"] as? Int == 7)
    #expect(object["complete"] as? Bool == true)
    let teacher = try #require(object["teacher"] as? [String: Any])
    #expect(teacher["test_accuracy"] as? Double == 0.9254)
    let hashes = try #require(object["hashes"] as? [String: Any])
    #expect(hashes["data_sha256"] as? String == "da7a")
    let constraints = try #require(object["constraints"] as? [String: Any])
    let bounds = try #require(constraints["bounds"] as? [[String: Any]])
    #expect(
      bounds.map { $0["constraint"] as? String } == [
        "latency_ms<=5", "macs<=9000000000", "peak_memory_bytes<=4294967296",
        "weight_bytes<=16000000000",
      ])
    #expect(bounds.map { $0["rejected"] as? Int } == [280, 0, 0, 0])
    let audit = try #require(object["flash_audit"] as? [String: Any])
    #expect(audit["n"] as? Int == 3 && audit["controller"] is NSNull)
    let flash = try #require(audit["flash"] as? [String: Any])
    let regret = try #require(flash["regret_of_first"] as? [String: Any])
    #expect(regret["value"] as? Double == 0 && flash["top"] as? Int == 1)
  }

  @Test("says of every full training which images it classified rightly, and how")
  func runs() throws {
    let study = try object(.answered)
    #expect(study["version"] as? String == "1.2.2" && study["precision"] as? String == "fp32")
    #expect(study["processor"] as? String == "Some processor")
    let splits = try #require(study["splits"] as? [String: Any])
    #expect(splits["classes"] as? Int == 10 && (splits["class_names"] as? [Any])?.count == 10)
    let test = try #require(splits["test"] as? [String: Any])
    #expect(test["count"] as? Int == 10_000 && test["sha256"] as? String == "7e57")
    let students = try #require(study["students"] as? [[String: Any]])
    #expect(students.map { ($0["baseline_runs"] as? [Any])?.count } == [1, 1, 1])
    let run = try #require((students[0]["runs"] as? [[String: Any]])?.first)
    #expect(run["seed"] as? Int == 0)
    let outcome = try #require(run["test"] as? [String: Any])
    #expect(outcome["count"] as? Int == 10_000 && outcome["correct"] as? Int == 8834)
    // Images 0, 4, 8 … are wrong: 0b11101110.
    #expect(outcome["correct_images"] as? String == "7u7u7u4=")
    let metrics = try #require(outcome["metrics"] as? [String: Any])
    let confusion = try #require(metrics["confusion"] as? [[Int]])
    #expect(confusion.first == [0, 0, 2] && confusion.reduce(0) { $0 + $1[2] } == 40)
    #expect(metrics["kappa"] as? Double == 0.72222)
    #expect(metrics["teacher_agreement"] as? Double == 0.875)
    let wrong = try #require(metrics["teacher_wrong"] as? [String: Any])
    #expect(wrong["count"] as? Int == 5 && wrong["correct"] as? Int == 0)
    #expect(wrong["agreement"] as? Double == 1 && wrong["kl"] as? Double == 0)
    let robustness = try #require(students[0]["robustness"] as? [[String: Any]])
    #expect(robustness.map { $0["corruption"] as? String }.prefix(2) == ["none", "blur"])
    #expect(robustness.map { $0["correct"] as? Int } == [180, 170, 90, 160, 60])
    #expect(students[1]["robustness"] is NSNull)
    let teacher = try #require(((study["teacher"] as? [String: Any])?["runs"] as? [Any])?.first)
    let teacherTest = try #require((teacher as? [String: Any])?["test"] as? [String: Any])
    let own = try #require(teacherTest["metrics"] as? [String: Any])
    #expect(own["teacher_agreement"] is NSNull && own["macro_f1"] is Double)
  }

  @Test("has nulls where a journal of an earlier version does not say so")
  func oldJournals() throws {
    let study = try object(.small)
    let splits = try #require(study["splits"] as? [String: Any])
    #expect(splits["classes"] is NSNull)
    #expect((splits["test"] as? [String: Any])?["sha256"] is NSNull)
    let student = try #require((study["students"] as? [[String: Any]])?.first)
    #expect(student["robustness"] is NSNull)
    let run = try #require((student["runs"] as? [[String: Any]])?.first)
    let validation = try #require(run["validation"] as? [String: Any])
    #expect(validation["correct"] as? Int == 4450)
    #expect(validation["correct_images"] is NSNull && validation["metrics"] is NSNull)
  }

  @Test("holds the least infeasible students where nothing is feasible")
  func infeasible() throws {
    let object = try object(.infeasible)
    let nearest = try #require(object["least_infeasible"] as? [[String: Any]])
    #expect(nearest.map { $0["binding"] as? String } == ["latency_ms<=0.1"])
    #expect(nearest.map { $0["excess"] as? Double } == [0.35])
    #expect((object["students"] as? [Any])?.isEmpty == true)
  }

  @Test("says why nothing is feasible, what budgets get and which devices there are")
  func costs() throws {
    let infeasible = try object(.explained)
    let why = try #require(infeasible["infeasibility"] as? [String: Any])
    #expect(why["exhaustive"] as? Bool == false)
    let limits = try #require(why["limits"] as? [[String: Any]])
    #expect(limits.map { $0["rejected"] as? Int } == [400, 390])
    #expect(limits.map { $0["excess"] as? Double } == [0.25, 0])
    let changes = try #require(why["changes"] as? [[String: Any]])
    #expect(changes.map { $0["to"] as? String } == ["8", "1"])
    #expect((why["in_words"] as? [String])?.count == 3)
    #expect(infeasible["budgets"] as? [String] == [])

    let small = try object(.budgeted)
    #expect(small["infeasibility"] is NSNull)
    let budgets = try #require(small["budgets"] as? [[String: Any]])
    #expect(budgets.map { $0["kept"] as? Bool } == [true, false])
    #expect(budgets.map { $0["trial"] as? Int } == [1, 0])
    #expect(budgets.allSatisfy { $0["tied"] is [Int] })
    let constraints = try #require(small["constraints"] as? [String: Any])
    #expect(constraints["confidence"] as? Double == 0.75)
    #expect((small["hardware"] as? [String: Any])?["profile"] as? String == "small-board")

    let both = try object(.twoBoards)
    let hardware = try #require(both["hardware"] as? [[String: Any]])
    #expect(hardware.map { $0["profile"] as? String } == ["small-board", "big-board"])
    #expect((both["constraints"] as? [String: Any])?["devices"] as? String == "worst_case")
    let student = try #require((both["students"] as? [[String: Any]])?.first)
    #expect(student["latency_ms"] as? Double == 2)
    #expect(student["latency_ms@small-board"] as? Double == 1)
    #expect(student["latency_se_ms@big-board"] as? Double == 0.2)
  }

  @Test("escapes what JSON wants escaped")
  func escaping() {
    #expect(JSONText.text("a\"b\\c\nd\u{1}").formatted == #""a\"b\\c\nd\u0001""#)
    #expect(JSONText(.nan, decimals: 2).formatted == "null")
    #expect(JSONText.array([]).formatted == "[]")
  }
}
