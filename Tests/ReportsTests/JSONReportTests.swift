import FileFormats
import Foundation
import Testing

@testable import Reports

@Suite("front.json")
struct JSONReportTests {
  private func object(_ study: MadeUpStudy) throws -> [String: Any] {
    let data = Data(try study.report().frontJSON.utf8)
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("is JSON, whatever the study", arguments: HTMLReportTests.studies)
  func parses(study: MadeUpStudy) throws {
    #expect(try object(study)["format"] as? String == "autodistill-front/2")
    #expect(try object(study)["name"] as? String == study.name)
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
