import Foundation
import TestSupport
import Testing

@testable import Reports
@testable import Studies

@Suite("a report of all trials")
struct TrialReportTests {
  private func trials(_ study: MadeUpStudy) throws -> [[String: Any]] {
    let data = Data(try study.report().frontJSON.utf8)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(object["trials"] as? [[String: Any]])
  }

  @Test("lists every flash trial with the accuracy that it projects, and its costs")
  func all() throws {
    let trials = try trials(.small)
    #expect(trials.map { $0["trial"] as? Int } == [0, 1, 2, 3])
    #expect(trials.allSatisfy { $0["outcome"] as? String == "measured" })
    #expect(trials.map { $0["flash_accuracy"] as? Double } == [0.81, 0.8, 0.85, 0.79])
    #expect(trials.map { $0["latency_ms"] as? Double } == [1, 2.5, 4, 3])
    #expect(trials[3]["key"] as? String == MadeUpStudy.key(3))
    // The flash-only trial too: it projects something between its flash accuracy and the teacher's.
    let inputs = try MadeUpStudy.small.inputs()
    let ladder = AccuracyLadder(inputs.definition, inputs.state)
    let expected = try #require(ladder.afterFullTraining(inputs.state.trials[3]))
    let projected = try #require(trials[3]["projected_accuracy"] as? Double)
    #expect(abs(projected - expected.accuracy) < 1e-5 && projected > 0.79)
    #expect(trials[3]["projected_sd"] as? Double ?? 0 > 0)
  }

  @Test("says what became of those without a result")
  func outcomes() throws {
    let trials = try trials(.failed)
    #expect(trials.map { $0["outcome"] as? String } == ["diverged", "crashed", "measured"])
    #expect(trials[0]["projected_accuracy"] is NSNull && trials[0]["macs"] is Int)
    var study = MadeUpStudy.small
    study.events.removeAll { $0 == MadeUpStudy.finished(3, 0.79) }
    #expect(try self.trials(study)[3]["outcome"] as? String == "open")
  }

  @Test("has the costs that students have, on every device")
  func costs() throws {
    let (trial, report) = (
      try #require(trials(.twoBoards).first), try MadeUpStudy.twoBoards.report()
    )
    for column in FrontTable.costColumns(report.inputs) {
      #expect(trial[column.name] is NSNumber, "\(column.name)")
    }
    #expect(trial["latency_ms@big-board"] is NSNumber)
  }

  @Test("folds a long table, and shows Markdown the twenty most promising")
  func folded() throws {
    let html = try MadeUpStudy.small.report().html
    #expect(html.contains("<div id=\"trials-all\">"))
    let report = try MadeUpStudy.large(60)
    #expect(report.html.contains("<details id=\"trials-all\">"))
    #expect(report.markdown.contains("40 more in index.html and front.json."))
    let realistic = try MadeUpStudy.realistic.report().markdown
    #expect(realistic.contains("<details><summary>All 32 flash trials"))
  }

  @Test("shows a selection of very many trials, says so, and has all of them in front.json")
  func selection() throws {
    let count = Thoroughness.pick(12_000, usually: 6000)
    let report = try MadeUpStudy.large(count)
    let html = report.html
    #expect(html.utf8.count <= 6_000_000, "\(html.utf8.count) bytes")
    #expect(html.contains("Of \(count) flash trials this page shows 5000 one by one"))
    #expect(html.contains("5000 of \(count) flash trials, the most promising first"))
    #expect(report.markdown.contains("Of \(count) flash trials"))
    #expect(report.frontJSON.count(of: "\"flash_fraction\"") >= count)
    let table = report.inputs.trials
    let shown = Set(table.shown.map(\.trial))
    #expect(shown.count == TrialTable.mostShown && table.shown.count == shown.count)
    // The finalists and the best are there, and of the others as many of each part of the search.
    #expect((0..<8).allSatisfy(shown.contains))
    let best = table.rows.filter { $0.projected != nil }
      .sorted { $0.projected?.accuracy ?? 0 > $1.projected?.accuracy ?? 0 }.prefix(1000)
    #expect(best.allSatisfy { shown.contains($0.trial) })
    let halves = [0..<count / 2, count / 2..<count].map { half in shown.count(where: half.contains)
    }
    #expect(halves.allSatisfy { (2300...2700).contains($0) }, "\(halves)")
    let small = try MadeUpStudy.large(60)
    #expect(small.inputs.selectionSentence == nil)
    #expect(!small.html.contains("this page shows") && !small.markdown.contains("this page shows"))
  }

  @Test("names the decisions in the order of a key")
  func decisions() throws {
    let data = Data(try MadeUpStudy.small.report().frontJSON.utf8)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let decisions = try #require(object["decisions"] as? [[String: Any]])
    #expect(
      decisions.map { $0["name"] as? String } == ["stem", "activation", "depth", "width", "kernel"])
    #expect(decisions[1]["values"] as? [String] == ["relu", "hard_swish"])
  }
}
