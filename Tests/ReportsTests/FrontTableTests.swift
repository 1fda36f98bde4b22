import FileFormats
import Foundation
import FrontFiles
import Testing

@testable import HardwareProfiles
@testable import Reports
@testable import Studies

@Suite("the table of the front")
struct FrontTableTests {
  @Test("does not depend on the order in which full trainings ended")
  func orderOfTrainings() throws {
    let study = MadeUpStudy.small
    let before = study.events.filter { !MadeUpStudy.smallTrainings.contains($0) }
    let expected = try study.report()
    let trainings = MadeUpStudy.smallTrainings
    let orders = [
      Array(trainings.reversed()), [3, 0, 5, 1, 4, 2].map { trainings[$0] },
      [1, 2, 3, 4, 5, 0].map { trainings[$0] },
    ]
    for order in orders {
      var permuted = study
      permuted.events = before + order
      #expect(try permuted.report().frontCSV == expected.frontCSV)
      #expect(try permuted.report().frontJSON == expected.frontJSON)
      #expect(try permuted.report().frontSVG == expected.frontSVG)
    }
  }

  @Test("does not depend on times or interruptions, nor on machine and program but for their names")
  func circumstances() throws {
    let expected = try MadeUpStudy.small.report()
    var other = MadeUpStudy.small
    other.events = other.events.map { event in
      switch event {
      case .began(var began):
        began.machine = "Another processor"
        began.version = "9"
        return .began(began)
      case .finished(var finished):
        finished.seconds *= 3
        return .finished(finished)
      case .distilled(var distilled):
        distilled.seconds *= 3
        return .distilled(distilled)
      default: return event
      }
    }
    other.events.append(MadeUpStudy.timed("search", 1000))
    let report = try other.report()
    #expect(report.frontCSV == expected.frontCSV)
    #expect(
      report.frontJSON
        == expected.frontJSON.replacing("\"Some processor\"", with: "\"Another processor\"")
        .replacing("\"version\": \"1.2.2\"", with: "\"version\": \"9\""))
    #expect(report.frontSVG == expected.frontSVG)
    #expect(report.markdown != expected.markdown)
  }

  @Test("has means and a deviation over several seeds, and counts those that ended well")
  func severalSeeds() throws {
    var study = MadeUpStudy.small
    study.finalists = #"{"count": 3, "seeds": 3, "baseline": true}"#
    study.events += [
      MadeUpStudy.distilled(0, 0.9, test: 0.89, repetition: 1),
      MadeUpStudy.distilled(0, nil, repetition: 2),
    ]
    let front = try study.report().model.front
    let row = try #require(front.rows.first)
    let cells = Dictionary(uniqueKeysWithValues: zip(front.columns.map(\.name), row))
    #expect(cells["seeds"] == "2")
    #expect(cells["validation_accuracy"] == "0.89500")
    // The deviation of 0.89 and 0.90 is 0.01 / √2.
    #expect(cells["validation_sd"] == "0.00707")
  }

  @Test("leaves empty what is not known")
  func unknown() throws {
    var study = MadeUpStudy()
    study.hasProfile = false
    study.minimize = ["macs"]
    study.constraints = []
    study.events = [
      MadeUpStudy.began, MadeUpStudy.proposed(0, latency: 1, hasProfile: false),
      MadeUpStudy.finished(0, 0.8), .selected(JournalEvent.Selected(trials: [0])),
      MadeUpStudy.distilled(0, 0.9),
    ]
    let front = try study.report().model.front
    let row = try #require(front.rows.first)
    let cells = Dictionary(uniqueKeysWithValues: zip(front.columns.map(\.name), row))
    for name in [
      "validation_sd", "baseline_test_accuracy", "distillation_gain", "latency_ms",
      "latency_se_ms", "energy_mj", "energy_se_mj", "profile", "protocol",
    ] {
      #expect(cells[name] == "", "\(name)")
    }
  }

  @Test("has costs and standard errors for each of several devices, and the worst as an objective")
  func severalDevices() throws {
    let front = try MadeUpStudy.twoBoards.report().model.front
    let names = front.columns.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(front.rows.allSatisfy { $0.count == names.count })
    let cells = Dictionary(uniqueKeysWithValues: zip(names, try #require(front.rows.first)))
    for (name, cell) in [
      ("latency_ms", "2.00000"), ("latency_ms@small-board", "1.00000"),
      ("latency_ms@big-board", "2.00000"), ("latency_se_ms@big-board", "0.20000"),
      ("energy_se_mj@small-board", "1.25000"), ("weight_bytes@big-board", "7500"),
      ("profile", "small-board; big-board"),
    ] {
      #expect(cells[name] == cell, "\(name)")
    }
    #expect(cells["energy_mj"] == nil)
  }

  @Test("has a column for whatever else the study minimises or limits")
  func otherMetrics() throws {
    var study = MadeUpStudy.small
    study.minimize = ["working_set_bytes"]
    study.constraints = ["flops<=1e9", "macs<=1e9", "working_set_bytes@small-board<=1e6"]
    study.events = study.events.map { event in
      guard case .proposed(var proposed) = event else { return event }
      var device = proposed.costs.devices[0]
      device.workingSetBytes = 5000 + proposed.trial
      proposed.costs = Costs(
        devices: [device], macs: proposed.costs.macs, parameters: proposed.costs.parameters)
      return .proposed(proposed)
    }
    let report = try study.report()
    let names = report.model.front.columns.map(\.name)
    #expect(names.count { $0.hasPrefix("working_set_bytes") } == 1)
    for row in report.model.front.rows {
      let cells = Dictionary(uniqueKeysWithValues: zip(names, row))
      let trial = try #require(cells["trial"].flatMap { Int($0) })
      #expect(cells["working_set_bytes"] == String(5000 + trial))
      #expect(cells["flops"] == cells["macs"].flatMap { Int($0) }.map { String(2 * $0) })
    }
    let front = try FrontFile(
      JSONField(json: Data(report.frontJSON.utf8), file: "front.json"), subject: "study")
    #expect(front.knownMetrics.contains("working_set_bytes"))
  }
}
