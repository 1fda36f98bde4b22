import BayesianOptimization
import Foundation
import HardwareProfiles
import TestSupport
import Testing

@testable import Studies

/// A study whose teacher is trained and whose search has not begun, made once.
enum BeforeSearch {
  private static let study = Result {
    let study = try TinyStudy(text())
    try StudyRun(try FakeWorker(in: study.temporary))(study, through: .teacher)
    return study
  }

  static func text(_ sampler: SamplerKind = .bayesian, trials: Int = 12) -> StudyText {
    let initial = sampler == .bayesian ? "\"initial_trials\": 4, " : ""
    return StudyText.tiny.setting(
      "search",
      "{\"sampler\": \"\(sampler.rawValue)\", \"trials\": \(trials), \(initial)\"look_ahead\": 4}")
  }

  /// A copy of it; with another definition, and then without a journal.
  static func copy(_ text: StudyText? = nil) throws -> TinyStudy {
    let copy = try TinyStudy(copyOf: study.get())
    if let text {
      try copy.write(text)
      try FileManager.default.removeItem(atPath: copy.folder.journal)
    }
    return copy
  }

  /// Searches in a copy with a made-up worker.
  static func search(
    workers: Int = 2, text: StudyText? = nil, atStart: String = "", onTask: String = "answer"
  ) throws -> StudyOutcome {
    let copy = try copy(text)
    let worker = try FakeWorker(in: copy.temporary, atStart: atStart, onTask: onTask)
    return StudyOutcome(try StudyRun(worker, workers: workers)(copy, through: .search))
  }
}

@Suite("the search")
struct SearchStageTests {
  @Test("proposes as many different students as it is asked for, and takes their results")
  func trials() throws {
    let outcome = try BeforeSearch.search()
    #expect(outcome.trials.map(\.number) == Array(0..<12))
    #expect(Set(outcome.trials.map(\.key)).count == 12)
    for trial in outcome.trials {
      #expect(trial.result?.outcome == .measured && trial.result?.steps == 7)
      #expect(trial.result?.validation?.correct == FakeWorker.correct(trial.number))
    }
    #expect(
      outcome.searchEnded == JournalEvent.SearchEnded(trials: 12, isExhausted: false))
    #expect(outcome.screened?.drawn == 400 && outcome.screened?.feasible == 400)
  }

  @Test(
    "proposes the same students for any number of workers, whichever is first to answer",
    arguments: SamplerKind.allCases)
  func workers(sampler: SamplerKind) throws {
    let text = BeforeSearch.text(sampler)
    let one = try BeforeSearch.search(workers: 1, text: text)
    for workers in Thoroughness.pick([2, 3, 4, 5], usually: [2, 5]) {
      // Trials take 10 to 40 ms, in no order.
      let other = try BeforeSearch.search(
        workers: workers, text: text,
        onTask: "sleep 0.0$((1 + (trial * 5 + \(workers)) % 4)); answer")
      #expect(other == one, "\(workers) workers: \(other.difference(from: one))")
    }
  }

  @Test("proposes a trial once all results are there that it may depend on, and not later")
  func lookAhead() throws {
    let study = try BeforeSearch.copy()
    let worker = try FakeWorker(in: study.temporary, onTask: "sleep 0.0$((1 + trial % 3)); answer")
    try StudyRun(worker, workers: 4)(study, through: .search)
    let decoder = JSONDecoder()
    var finished: Set<Int> = []
    var proposed = 0
    for line in study.journalLines() {
      switch try decoder.decode(JournalEvent.self, from: Data(line.utf8)) {
      case .proposed(let event):
        #expect(event.trial == proposed)
        proposed += 1
        #expect(Set(0..<max(0, event.trial - 3)).isSubset(of: finished))
      case .finished(let event):
        // With four workers and a look-ahead of four, nobody has to wait for more than this.
        finished.insert(event.trial)
        #expect(proposed - finished.count < 4)
      default: break
      }
    }
    #expect(proposed == 12 && finished.count == 12)
  }

  @Test("records a student that was lost twice by its own doing with what was seen, and continues")
  func lost() throws {
    for (ending, loss, note) in [
      ("kill -SEGV $$", JournalEvent.Finished.Outcome.crashed, "SIGSEGV"),
      ("exit 3", .failed, "exit status 3"),
      ("echo 'Fatal error: out of memory' >&2; kill -ABRT $$", .outOfMemory, "out of memory"),
    ] {
      let outcome = try BeforeSearch.search(onTask: "[ $trial = 3 ] && { \(ending); }; answer")
      #expect(outcome.trials.filter { $0.result?.outcome == loss }.map(\.number) == [3])
      #expect(outcome.trials[3].result?.note?.contains(note) == true)
      #expect(outcome.trials.filter { $0.flashAccuracy == nil }.count == 1)
      #expect(outcome.trials.count == 12)
    }
  }

  @Test("is the same where one student's worker was killed more often than losses count")
  func killedOften() throws {
    let outcome = try BeforeSearch.search(
      onTask: """
        [ $trial = 3 ] && for n in 1 2 3; do
          mkdir "$folder/kill-$n" 2>/dev/null && kill -9 $$
        done
        answer
        """)
    let expected = try BeforeSearch.search(workers: 1)
    #expect(outcome == expected, "\(outcome.difference(from: expected))")
  }

  @Test("is the same where workers died once")
  func diedOnce() throws {
    let outcome = try BeforeSearch.search(
      onTask: "[ $((trial % 4)) = 1 ] && mkdir \"$folder/died-$trial\" 2>/dev/null && kill -9 $$; "
        + "answer")
    let expected = try BeforeSearch.search(workers: 1)
    #expect(outcome == expected, "\(outcome.difference(from: expected))")
  }

  @Test("records a student that diverged, and does not propose it again")
  func diverged() throws {
    let outcome = try BeforeSearch.search(
      onTask: "[ $trial = 2 ] && say '{\"id\":2,\"status\":\"diverged\",\"steps\":7}' || answer")
    let diverged = outcome.trials.filter { $0.result?.outcome == .diverged }
    #expect(diverged.map(\.number) == [2] && diverged.first?.flashAccuracy == nil)
    #expect(Set(outcome.trials.map(\.key)).count == 12)
  }

  @Test("continues after a stop with the same students", arguments: [1, 3, 6, 11])
  func resumes(stop: Int) throws {
    let study = try BeforeSearch.copy()
    let worker = try FakeWorker(in: study.temporary)
    var run = StudyRun(worker)
    run.stopsAfter = { $0 >= stop }
    #expect(throws: StudyError.interrupted) { try run(study, through: .search) }
    #expect(try study.outcome().trials.count >= stop && study.outcome().searchEnded == nil)
    try StudyRun(worker, workers: 3)(study, through: .search)
    let (outcome, expected) = (try study.outcome(), try BeforeSearch.search(workers: 1))
    #expect(outcome == expected, "\(outcome.difference(from: expected))")
  }

  @Test("ends when every student of the space has been tried, and is not taken up again")
  func exhausted() throws {
    let study = try BeforeSearch.copy(BeforeSearch.text(trials: 40))
    var run = StudyRun(try FakeWorker(in: study.temporary))
    let notes = Recorded<String>()
    run.watch = { if case .note(let text) = $0 { notes.add(text) } }
    let state = try run(study, through: .search)
    #expect(notes.all.contains { $0.contains("after 15 of 40 trials: no student is left") })
    #expect(state.trials.count == 15)
    #expect(state.searchEnded == JournalEvent.SearchEnded(trials: 15, isExhausted: true))
    let lines = study.journalLines()
    #expect(StudyOutcome(try run(study, through: .search)) == StudyOutcome(state))
    #expect(
      study.journalLines().filter { !$0.contains("stage_timed") }
        == lines.filter { !$0.contains("stage_timed") })
  }

  @Test("tries only students that meet the constraints, and says what each constraint rejects")
  func constraints() throws {
    let text = BeforeSearch.text(.random, trials: 15)
      .setting("constraints", "[\"macs<=6000\", \"parameters<=100000\"]")
    let outcome = try BeforeSearch.search(text: text)
    #expect(!outcome.trials.isEmpty && outcome.trials.count < 15)
    #expect(outcome.trials.allSatisfy { $0.costs.macs <= 6000 })
    #expect(outcome.searchEnded?.isExhausted == true)
    let screened = try #require(outcome.screened)
    #expect(screened.rejections["parameters<=100000"] == 0)
    #expect(screened.rejections["macs<=6000"] == 400 - screened.feasible)
    #expect(screened.infeasibleCosts.allSatisfy { $0 > 6000 })
    #expect(screened.infeasibleCosts.count == min(60, 400 - screened.feasible))
  }

  @Test("names the least infeasible students and what binds where nothing is feasible")
  func nothingFeasible() throws {
    let text = BeforeSearch.text()
      .setting("constraints", "[\"parameters<=1000000\", \"macs<=10\", \"weight_bytes<=150\"]")
    let outcome = try BeforeSearch.search(text: text)
    #expect(outcome.trials.isEmpty && outcome.searchEnded == nil)
    #expect(outcome.screened?.feasible == 0)
    let nearest = try #require(outcome.nothingFeasible).leastInfeasible
    let first = try #require(nearest.first)
    #expect(first.binding == "macs<=10")
    #expect(abs(first.excess - (Double(first.costs.macs) - 10) / 10) < 1e-9)
    // The students are listed by the sum of what they violate; the cheapest of the space is first.
    func violation(_ student: JournalEvent.NothingFeasible.Nearest) -> Double {
      Double(student.costs.macs) / 10 - 1
        + max(0, Double(student.costs.devices[0].weightBytes) / 150 - 1)
    }
    #expect(nearest.map(violation) == nearest.map(violation).sorted())
    #expect(first.key == "000")
  }

  @Test("says of each constraint whether it can be kept, and which decisions would have to give")
  func reasons() throws {
    let outcome = try BeforeSearch.search(
      text: BeforeSearch.text().setting("constraints", "[\"macs<=1000\", \"parameters>=200\"]"))
    let nothing = try #require(outcome.nothingFeasible)
    #expect(nothing.isExhaustive == true)
    let limits = try #require(nothing.limits)
    #expect(limits.map(\.constraint) == ["macs<=1000", "parameters>=200"])
    // Each can be kept alone; together nobody keeps them.
    #expect(limits.allSatisfy { $0.excess == 0 && $0.rejected > 0 && $0.rejected < 400 })
    #expect(limits[0].cost.value <= 1000 && limits[1].cost.value >= 200)
    #expect(limits[0].rejected == outcome.screened?.rejections["macs<=1000"])
    let nearest = try #require(nothing.leastInfeasible.first)
    let broken = try ["macs<=1000", "parameters>=200"].filter {
      try !Constraint($0).isMet(by: nearest.costs, at: .usual)
    }
    let changes = try #require(nothing.changes)
    #expect(Set(changes.map(\.constraint)) == Set(broken) && !broken.isEmpty)
    for constraint in broken {
      let steps = changes.filter { $0.constraint == constraint }
      let metric = try Constraint(constraint).metric
      #expect(try steps.first?.before.value == nearest.costs.value(of: metric))
      for (step, next) in zip(steps, steps.dropFirst()) {
        #expect(step.after == next.before && step.excess > next.excess && step.from != step.to)
      }
      #expect(steps.last?.excess == 0)
      #expect(steps.last?.binding != constraint && steps.last?.binding != nil)
      #expect(steps.allSatisfy { ["depth", "kernel", "width"].contains($0.parameter) })
    }
  }

  @Test("begins with a student that single changes lead to, where the sampler found none")
  func foundOnTheWay() throws {
    let study = try TinyStudy(BeforeSearch.text().setting("constraints", "[\"macs<=1000\"]"))
    let inputs = try study.inputs()
    let journal = try Journal(study.folder)
    try journal.append(.began(inputs.began(version: "1")))
    let worker = try FakeWorker(in: study.temporary)
    let stage = SearchStage(
      inputs: inputs,
      context: StudyContext(
        version: "1", workerCommand: worker.command, workers: 1, threads: 1, report: { _ in },
        isCancelled: { false }), journal: journal)
    try stage.screen()
    let start = try inputs.space.architecture(key: "212")
    #expect(try stage.settleInfeasible([start], StudentPricing(inputs: inputs)))
    let queue = StudyQueue(inputs.definition, journal.state)
    #expect(queue.keys.count == 1 && journal.state.nothingFeasible == nil)
    let found = try inputs.space.architecture(key: try #require(queue.keys.first))
    #expect(try #require(StudentPricing(inputs: inputs).costs(of: found)).macs <= 1000)
  }

  @Test("says so too where a random student met the constraints, but the sampler finds none")
  func luckySample() throws {
    let study = try TinyStudy(BeforeSearch.text().setting("constraints", "[\"macs<=10\"]"))
    let journal = try Journal(study.folder)
    try journal.append(.began(study.inputs().began(version: "1")))
    try journal.append(
      .screened(
        JournalEvent.Screened(
          drawn: 400, feasible: 1, rejections: ["macs<=10": 399], infeasibleCosts: [])))
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    #expect(state.nothingFeasible?.leastInfeasible.first?.binding == "macs<=10")
    #expect(state.trials.isEmpty && state.finalists == nil)
  }

  @Test("does not train anyone when it is run again where nothing is feasible")
  func stillNothing() throws {
    let study = try BeforeSearch.copy(
      BeforeSearch.text().setting("constraints", "[\"macs<=10\"]"))
    let run = StudyRun(try FakeWorker(in: study.temporary))
    let first = StudyOutcome(try run(study))
    #expect(StudyOutcome(try run(study)) == first)
    #expect(first.nothingFeasible != nil && first.finalists == nil)
  }

  @Test("passes on why a worker cannot go on")
  func workerFails() throws {
    #expect(throws: StudyError.worker("no memory")) {
      try BeforeSearch.search(
        onTask: "say '{\"id\":'$id',\"status\":\"failed\",\"message\":\"no memory\"}'")
    }
  }
}
