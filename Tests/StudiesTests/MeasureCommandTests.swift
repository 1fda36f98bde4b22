import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill run on a measured device", Program.isBuilt)
struct MeasuredRunTests {
  @Test("makes a front of measured latencies, and says which student breaks its budget")
  func demotes() throws {
    // Every student is predicted to take less than a millisecond, and takes more than two.
    let text = MeasuredStudy.text.setting("constraints", "[\"latency_ms<=1.9\"]")
    let measured = try MeasuredStudy(text)
    let ended = try measured.study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let results = try measured.results()
    #expect(results.measurement?.front == .measured)
    let front = try measured.study.front()
    #expect(front.contains("measured_latency_ms") && front.contains(",measured,"))
    let report = String(
      decoding: try measured.study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(results.demoted.count == 3 && results.students.allSatisfy { !$0.isOnFront })
    for student in results.demoted {
      #expect(report.contains("trial \(student.trial) takes "), "\(report)")
    }
    #expect(report.contains("No student keeps the budget on the device"))
    #expect(ended.output.contains("next:    loosen a constraint"))
  }

  @Test("gives the same report without a device that can be reached as without one at all")
  func unreachable() throws {
    let plain = try TinyStudy(MeasuredStudy.text)
    #expect(try plain.run().status == 0)
    let measured = try MeasuredStudy()
    try measured.set("down")
    let ended = try measured.study.run()
    #expect(ended.status == 0 && ended.errors.contains("no route to host"), "\(ended.errors)")
    for name in ["front.csv", "front.json", "front.svg"] {
      #expect(
        try measured.study.temporary.read("report/\(name)")
          == plain.temporary.read("report/\(name)"), "\(name)")
    }
  }

  @Test("measures every student once, whenever it is killed")
  func killed() throws {
    let measured = try MeasuredStudy()
    try measured.set("slow")
    for count in [1, 2] {
      let running = try measured.study.start("run", "--workers", "2")
      let isThere = Processes.wait(seconds: 50) {
        measured.study.hasLines(count, with: "\"event\":\"measured\"") || !running.process.isRunning
      }
      #expect(isThere)
      measured.study.killEverything()
      _ = try running.end()
    }
    try measured.clear("slow")
    #expect(try measured.study.run().status == 0)
    let state = try measured.state()
    #expect(state.measured.count == 3 && Set(state.measured.map(\.trial)).count == 3)
    let lines = measured.study.journalLines().filter { $0.contains("\"event\":\"measured\"") }
    #expect(lines.count == 3)
  }
}
