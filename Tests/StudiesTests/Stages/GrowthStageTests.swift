import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// Finished studies with made-up workers, which note every training.
private struct Growing {
  let study: TinyStudy
  private let run: StudyRun

  /// Trains a study to its end.
  init(_ text: StudyText) throws {
    study = try BeforeSearch.copy(text)
    run = StudyRun(
      try FakeWorker(
        in: study.temporary,
        atStart: """
          answer() {
            correct=$((40 + trial * 17 % 43))
            [ "$kind" = flash ] || correct=$((55 + trial * 29 % 31))
            evaluation='{"count":100,"correct":'$correct',"negative_log_likelihood":0.5}'
            test=''
            case "$line" in
            *'"kind":"flash"'*|*'"uses_test":false'*) ;;
            *) test=',"test":'$evaluation;;
            esac
            if [ "$kind" = distill ]; then
              mkdir -p "$folder/candidates/$key"; : > "$folder/candidates/$key/weights.safetensors"
            fi
            say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
          }
          """, onTask: "echo \"$kind $trial\" >> \"$folder/tasks\"; answer"))
    try run(study)
  }

  /// Asks for more and trains what is new.
  ///
  /// - Returns: What was trained, each with its kind and trial.
  @discardableResult
  func grow(to text: StudyText, through stage: StudyRunner.Stage = .distillation) throws -> [String]
  {
    try study.write(text)
    try? FileManager.default.removeItem(atPath: study.temporary.file("tasks"))
    try run(study, through: stage)
    return tasks
  }

  var tasks: [String] {
    let data = (try? study.temporary.read("tasks")) ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func state() throws -> StudyState { try Journal.state(of: study.folder) }
  func outcome() throws -> StudyOutcome { StudyOutcome(try state()) }
  func results() throws -> StudyResults {
    StudyResults(try study.inputs().definition.calibrated(by: state()), try state())
  }

  /// Expects everything that another study has found to be here too, and returns whether nothing else is.
  func expectAll(of other: Growing, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Bool
  {
    let (found, expected) = (try outcome(), try other.outcome())
    #expect(found.trials == expected.trials, sourceLocation: sourceLocation)
    #expect(found.screened == expected.screened, sourceLocation: sourceLocation)
    #expect(found.searchEnded == expected.searchEnded, sourceLocation: sourceLocation)
    #expect(found.finalists == expected.finalists, sourceLocation: sourceLocation)
    #expect(Set(found.distilled).isSuperset(of: expected.distilled), sourceLocation: sourceLocation)
    return found == expected
  }

  static func text(
    trials: Int = 8, finalists: String = "{\"count\": 3, \"baseline\": false}"
  ) -> StudyText {
    BeforeSearch.text(trials: trials).setting("finalists", finalists)
      .setting("hardware", "\"device.json\"").setting("minimize", "[\"latency_ms@small-board\"]")
  }
}

@Suite("a finished study that grows")
struct GrowthStageTests {
  @Test(
    "by trials, a device and finalists trains only what is new, and finds all of one that asked for it first"
  )
  func everything() throws {
    let text = Growing.text(trials: 14, finalists: "{\"count\": 5, \"baseline\": false}")
      .setting("hardware", "[\"device.json\", \"slow.json\"]")
    let growing = try Growing(Growing.text(trials: 4))
    let before = try growing.outcome()
    let new = try growing.grow(to: text)
    let whole = try Growing(text)
    _ = try growing.expectAll(of: whole)
    let after = try growing.outcome()
    #expect(new.count { $0.hasPrefix("flash") } == 10)
    #expect(new.count { $0.hasPrefix("distill") } == after.distilled.count - before.distilled.count)
    let known = Set(before.distilled.map(\.trial))
    let wanted = Set(try whole.outcome().distilled.map(\.trial))
    #expect(after.distilled.count == known.union(wanted).count)
    #expect(Set(new).count == new.count)
    // What was the best still is no worse.
    let best = try growing.results().students.map(\.validationAccuracy).max() ?? 0
    #expect(before.distilled.allSatisfy { $0.validation.map { $0.accuracy <= best } ?? true })
    // Once more, nothing is left.
    #expect(try growing.grow(to: text) == [])
  }

  @Test("by trials continues as one that had them from the start", arguments: [1, 3])
  func trials(workers: Int) throws {
    let growing = try Growing(Growing.text(trials: 6))
    let new = try growing.grow(to: Growing.text(trials: 11))
    #expect(
      new.filter { $0.hasPrefix("flash") }.sorted() == (6...10).map { "flash \($0)" }.sorted())
    _ = try growing.expectAll(of: Growing(Growing.text(trials: 11)))
    let growth = try #require(try growing.state().growths.first)
    #expect(growth.trials == 6 && growth.finalists == 3 && growth.fullTrainings == 3)
    #expect(growth.event.changes.map(\.description) == ["search.trials: 6 → 11"])
  }

  @Test("by trials equals one from the start whose audit came at the same trial")
  func audit() throws {
    func text(_ trials: Int, at share: Double) -> StudyText {
      Growing.text(trials: trials)
        .setting("audit", "{\"count\": 3, \"at\": \(share), \"raise\": 1}")
    }
    let growing = try Growing(text(8, at: 0.5))
    try growing.grow(to: text(12, at: 0.5))
    #expect(try growing.state().auditedCount == 4)
    let whole = try Growing(text(12, at: 0.3333))
    #expect(try whole.state().auditedCount == 4)
    _ = try growing.expectAll(of: whole)
  }

  @Test("by finalists trains them alone, and equals one that asked for them first")
  func finalists() throws {
    func text(_ count: Int) -> StudyText {
      Growing.text(finalists: "{\"count\": \(count), \"baseline\": true}")
    }
    let growing = try Growing(text(3))
    #expect(try growing.grow(to: text(5)).count == 4)
    #expect(try growing.expectAll(of: Growing(text(5))))
    #expect(try growing.results().students.allSatisfy { $0.role == .finalist })
  }

  @Test("by seeds trains the further ones")
  func seeds() throws {
    func text(_ seeds: Int) -> StudyText {
      Growing.text(finalists: "{\"count\": 3, \"seeds\": \(seeds), \"baseline\": true}")
    }
    let growing = try Growing(text(1))
    #expect(try growing.grow(to: text(3)).count == 12)
    #expect(try growing.expectAll(of: Growing(text(3))))
    #expect(try growing.results().students.allSatisfy { $0.validation.count == 3 })
  }

  @Test("by baselines trains these alone")
  func baselines() throws {
    func text(_ baseline: Bool) -> StudyText {
      Growing.text(finalists: "{\"count\": 3, \"baseline\": \(baseline)}")
    }
    let growing = try Growing(text(false))
    let new = try growing.grow(to: text(true))
    #expect(new.count == 3)
    #expect(try growing.expectAll(of: Growing(text(true))))
    #expect(try growing.state().distilled.count { $0.isBaseline } == 3)
  }

  @Test("by a device of which nothing is asked trains nothing, and equals one that had it first")
  func device() throws {
    let text = Growing.text().setting("hardware", "[\"device.json\", \"slow.json\"]")
    let growing = try Growing(Growing.text())
    #expect(try growing.grow(to: text) == [])
    #expect(try growing.expectAll(of: Growing(text)))
    #expect(try growing.state().trials.allSatisfy { $0.costs.devices.count == 2 })
  }

  @Test("by another fit of its profile prices its trials by that")
  func profile() throws {
    let growing = try Growing(Growing.text())
    try growing.study.temporary.write(deviceProfile(overhead: 9), to: "device.json")
    expectError(["hardware: the file device.json", "autodistill run"]) {
      try growing.study.inputs().check(against: growing.state())
    }
    let before = try growing.state()
    try growing.grow(to: Growing.text())
    let after = try growing.state()
    for (old, new) in zip(before.trials, after.trials) {
      let (was, now) = (old.costs.devices[0], new.costs.devices[0])
      #expect((now.latencyMilliseconds ?? 0) > (was.latencyMilliseconds ?? 1))
      #expect(old.result == new.result)
    }
    try growing.study.inputs().check(against: after)
  }

  @Test("may not lose a device")
  func lostDevice() throws {
    let both = Growing.text().setting("hardware", "[\"device.json\", \"slow.json\"]")
    let growing = try Growing(both)
    expectError(["hardware was [device.json, slow.json]", "slow.json is missing"]) {
      try growing.grow(to: Growing.text())
    }
  }

  @Test("by a limit keeps what breaks it, off the front and out of every choice")
  func limit() throws {
    let growing = try Growing(Growing.text())
    let costs = try growing.state().trials.map { $0.costs.macs }.sorted()
    let bound = costs[3]
    try growing.grow(to: Growing.text().setting("constraints", "[\"macs<=\(bound)\"]"))
    let (state, results) = (try growing.state(), try growing.results())
    for trial in state.trials {
      #expect((trial.broken != nil) == (trial.costs.macs > bound))
    }
    let finalists = try #require(state.finalists)
    #expect(finalists.count == 3 && finalists.allSatisfy { state.trials[$0].broken == nil })
    let outside = results.students.filter { $0.brokenSince != nil }
    #expect(!outside.isEmpty && outside.allSatisfy { !$0.isOnFront && $0.role == .earlier })
    #expect(results.withinBudget.allSatisfy { $0.costs.macs <= bound })
    // Loosened again, they are back.
    #expect(try growing.grow(to: Growing.text()) == [])
    #expect(try growing.state().trials.allSatisfy { $0.broken == nil })
    #expect(try growing.results().students.allSatisfy { $0.brokenSince == nil })
  }

  @Test("by a budget trains its favourite, and answers for it")
  func budget() throws {
    let growing = try Growing(Growing.text())
    let smallest = try growing.state().trials.map { $0.costs.macs }.min() ?? 0
    #expect(try growing.results().budgets.isEmpty)
    try growing.grow(
      to: Growing.text().setting("budgets", "[\"macs<=\(smallest)\", \"macs<=99999999\"]"))
    let budgets = try growing.results().budgets
    #expect(budgets.count == 2 && budgets.allSatisfy { $0.isKept })
    #expect(budgets.first?.student.costs.macs == smallest)
  }

  @Test("by another confidence judges predicted costs by that")
  func confidence() throws {
    let latencies = try Growing(Growing.text()).state().trials
      .compactMap { $0.costs.devices[0].latencyMilliseconds }.sorted()
    let text = Growing.text().setting("constraints", "[\"latency_ms<=\(latencies[4] * 1.2)\"]")
    let growing = try Growing(text.setting("confidence", "0.6"))
    try growing.grow(to: text.setting("confidence", "0.95"))
    let state = try growing.state()
    #expect(state.trials.contains { $0.broken != nil })
    #expect(state.growths.last?.event.changes.map(\.description) == ["confidence: 0.6 → 0.95"])
  }

  @Test("by a longer full training does all of these again, and leaves flash as it was")
  func longer() throws {
    let long = "{\"epochs\": 5, \"batch\": 24, \"learning_rate\": 0.1}"
    let text = Growing.text().setting("audit", "{\"count\": 3, \"raise\": 1}")
    let growing = try Growing(text)
    let before = try growing.state()
    let new = try growing.grow(to: text.setting("full", long))
    #expect(new.allSatisfy { $0.hasPrefix("distill") } && new.count == before.fullTrials.count)
    let state = try growing.state()
    #expect(StudyOutcome(state).trials == StudyOutcome(before).trials)
    #expect(state.distilled.count == before.distilled.count)
    #expect(state.fullTrainingCount == 2 * before.distilled.count)
    let definition = try growing.study.inputs().definition
    let old = try text.definition()
    #expect(
      definition.calibrated(by: state).flash.compressed(definition.full)
        == old.flash.compressed(old.full))
    // Later trials have the same flash trainings.
    let more = text.setting("full", long).setting(
      "search", "{\"trials\": 10, \"initial_trials\": 4, \"look_ahead\": 4}")
    let further = try growing.grow(to: more)
    #expect(further.count { $0.hasPrefix("flash") } == 2)
    #expect(further.contains { $0.hasPrefix("flash") && $0.hasSuffix("9") })
  }

  @Test("comes to the same end from a journal cut anywhere behind the growth")
  func cut() throws {
    let text = Growing.text(trials: 10).setting("hardware", "[\"device.json\", \"slow.json\"]")
    let growing = try Growing(Growing.text(trials: 7))
    try growing.grow(to: text)
    let (lines, expected) = (growing.study.journalLines(), try growing.outcome())
    let first = try #require(lines.firstIndex { $0.contains("\"event\":\"grown\"") })
    for count in [first, first + 1, first + 2, first + 4, lines.count - 2] {
      try growing.study.cutJournal(toLines: count, andBytes: 20)
      try growing.grow(to: text)
      #expect(try growing.outcome() == expected, "cut after line \(count)")
    }
  }

  @Test("that found nothing feasible continues where a limit is loosened")
  func nothingFeasible() throws {
    let study = try BeforeSearch.copy(Growing.text().setting("constraints", "[\"macs<=1\"]"))
    let run = StudyRun(try FakeWorker(in: study.temporary))
    #expect(try run(study).nothingFeasible != nil)
    try study.write(Growing.text())
    let state = try run(study)
    #expect(state.nothingFeasible == nil && state.searchEnded?.trials == 8)
    #expect(state.growths.count == 1 && state.finalists?.count == 3)
  }

  @Test("chooses reference designs again, and keeps what is trained")
  func references() throws {
    let study = try BeforeSearch.copy()
    try study.temporary.write(tinySpaceWithReferences, to: "space.json")
    try FileManager.default.removeItem(atPath: study.folder.journal)
    try study.write(Growing.text().setting("references", "[\"small\"]"))
    let run = StudyRun(try FakeWorker(in: study.temporary))
    #expect(try run(study).references?.designs.map(\.name) == ["small"])
    try study.write(Growing.text().setting("references", "[\"deep\"]"))
    let state = try run(study)
    #expect(state.references?.designs.map(\.name).first == "deep")
    #expect(
      StudyResults(try study.inputs().definition, state).references.contains { $0.name == "deep" })
  }

  @Test("of a version that did not keep study.json says what to do, and keeps it from then on")
  func unknown() throws {
    let growing = try Growing(Growing.text())
    let lines = try growing.study.journalLines().map { line in
      guard
        case .began(var began) = try JSONDecoder().decode(
          JournalEvent.self, from: Data(line.utf8))
      else { return line }
      began.study = nil
      return try JSONLines.line(JournalEvent.began(began))
    }
    try growing.study.writeJournal(lines)
    let more = Growing.text(trials: 9)
    expectError(["did not keep", "undo the change and run", "\"warm_start\""]) {
      try growing.grow(to: more)
    }
    #expect(try growing.grow(to: Growing.text()) == [])
    #expect(try growing.state().growths.map(\.event.changes) == [[]])
    #expect(try growing.grow(to: more).contains("flash 8"))
  }

  @Test("is told so where nothing may be done before it is run")
  func notYet() throws {
    let growing = try Growing(Growing.text())
    try growing.study.write(Growing.text(trials: 9))
    expectError(["asks for more than the journal has (search.trials: 8 → 9)", "autodistill run"]) {
      try growing.study.inputs().check(against: growing.state())
    }
    // Less is refused at once, and nothing is written.
    let lines = growing.study.journalLines()
    expectError(["search.trials was 8"]) { try growing.grow(to: Growing.text(trials: 7)) }
    #expect(growing.study.journalLines() == lines)
  }
}
