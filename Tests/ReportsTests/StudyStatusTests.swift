import FileFormats
import Foundation
import Testing

@testable import Reports
@testable import Studies

@Suite("the status of a study")
struct StudyStatusTests {
  static let run = RunProgress(
    version: "1.2.3", process: 4711, host: "machine", began: "2026-11-29T02:20:05Z", workers: 2,
    limits: RunProgress.Limits(seconds: 7200), seconds: 3600, processorSeconds: 7000, trials: 20,
    stage: "search", stageSeconds: 1800, stageProcessorSeconds: 3500, done: 22.5, total: 32,
    detail: "flash trials",
    running: [
      RunningTraining(
        kind: .flash, key: "01210", trial: 22, repetition: 0, share: 0.5, seconds: 6.5)
    ])

  static func status(
    _ study: MadeUpStudy, run: RunProgress? = nil, isRunning: Bool = false,
    hasReport: Bool = true
  ) throws -> StudyStatus {
    StudyStatus(
      try study.inputs(), folder: "Results/my study", run: run, isRunning: isRunning, workers: 4,
      lastEventSeconds: 12.25, folderBytes: 5 << 20, hasReport: hasReport)
  }

  /// The search of `realistic`, after its first trials.
  static func searching(_ trials: Int = 22) -> MadeUpStudy {
    var study = MadeUpStudy.realistic
    let end = study.events.firstIndex { event in
      if case .proposed(let value) = event { return value.trial == trials }
      return false
    }
    study.events = Array(study.events[..<(end ?? study.events.endIndex)])
    return study
  }

  @Test("says where the study stands")
  func phases() throws {
    var empty = MadeUpStudy()
    empty.events = []
    #expect(try Self.status(empty).phase == .notBegun)
    #expect(try Self.status(empty, isRunning: true).phase == .running)
    #expect(try Self.status(.realistic).phase == .finished)
    // Killed when all was done.
    #expect(try Self.status(.realistic, run: Self.run).phase == .finished)
    // Killed before the report.
    let unreported = try Self.status(.realistic, run: Self.run, hasReport: false)
    #expect(unreported.phase == .killed && !unreported.isComplete && unreported.lacksOnlyReport)
    #expect(unreported.lines.contains { $0.contains("the report") })
    #expect(try !Self.status(Self.searching(), hasReport: false).lacksOnlyReport)
    #expect(try Self.status(.infeasible, hasReport: false).phase == .nothingFeasible)
    #expect(try Self.status(Self.searching()).phase == .stopped)
    #expect(try Self.status(Self.searching(), run: Self.run).phase == .killed)
    #expect(try Self.status(Self.searching(), run: Self.run, isRunning: true).phase == .running)
    #expect(try Self.status(.infeasible).phase == .nothingFeasible)
  }

  @Test("says why there are fewer trials than were asked for")
  func exhausted() throws {
    var study = Self.searching()
    #expect(try !Self.status(study).lines.contains { $0.contains("no other student") })
    study.events.append(.searchEnded(JournalEvent.SearchEnded(trials: 22, isExhausted: true)))
    let status = try Self.status(study)
    let line = try #require(status.lines.first { $0.hasPrefix("trials") })
    #expect(line.contains("22 of 32 ended") && line.hasSuffix("; no other student is left to try"))
    #expect(status.json.contains("\"exhausted\": true") && status.remaining.flash == 0)
    let facts = try study.inputs().searchFacts.map { "\($0)" }.joined()
    #expect(facts.contains("after 22 of 32 trials: no student is left that meets the constraints"))
  }

  @Test("gives rate and time left, with what they are made of")
  func rates() throws {
    let running = try Self.status(Self.searching(), run: Self.run, isRunning: true)
    #expect(running.trialsPerHour == 40)
    // Ten trials of 12.5 s less half a one, eight full trainings of 12.5 s / 0.05; two at once.
    #expect(running.remaining.flash == 10 && running.remaining.full == 8 + 4)
    #expect(running.secondsLeft == 1559.375)
    #expect(
      running.secondsLeftBasis.contains("12 full of 4 min 10 s (guessed), 2 workers"))
    let finished = try Self.status(.realistic)
    #expect(finished.secondsLeft == 0)
    let rate = 3600 * 32 / 231.7
    #expect(finished.trialsPerHour == rate)
    var early = MadeUpStudy()
    early.events = [MadeUpStudy.began]
    #expect(try Self.status(early).secondsLeft == nil)
    early.events.append(MadeUpStudy.teacherReady)
    #expect(try Self.status(early).secondsLeft == nil && Self.status(early).trialsPerHour == nil)
  }

  @Test("names the best so far of each budget: by flash, then by the full training")
  func best() throws {
    let searching = try Self.status(Self.searching())
    #expect(searching.best.count == 1 && searching.best[0].full == nil)
    let flash = try #require(searching.best[0].flash)
    let keeping = searching.inputs.measuredTrials.filter {
      $0.costs.devices[0].latencyMilliseconds ?? 9 <= 4
    }
    #expect(
      flash.flashAccuracy ?? 0 >= keeping.compactMap(\.flashAccuracy).max() ?? 1)
    let finished = try Self.status(.realistic)
    #expect(finished.best[0].full?.trial == finished.inputs.best?.trial)
  }

  @Test("fits on one screen", arguments: ReportedStudy.allCases)
  func screen(reported: ReportedStudy) throws { try expectOneScreen(reported.study) }

  @Test("fits on one screen in the middle of a search, too")
  func searchingScreen() throws { try expectOneScreen(Self.searching()) }

  private func expectOneScreen(_ study: MadeUpStudy) throws {
    var study = study
    study.name += String(repeating: " long name", count: 12)
    var run = Self.run
    run.detail = "\u{1B}[2J"
    run.running = (0..<40).map {
      RunningTraining(
        kind: .full, key: "\($0)", trial: nil, repetition: 0, share: 0.25, seconds: 1)
    }
    for (run, isRunning) in [(nil, false), (run, true), (run, false)] as [(RunProgress?, Bool)] {
      let lines = try Self.status(study, run: run, isRunning: isRunning).lines
      #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(lines)")
      #expect(!lines.joined().contains("\u{1B}"))
    }
  }

  @Test("says which process has a training, in which attempt, and how long nothing was heard of it")
  func places() throws {
    func lines(_ trainings: RunningTraining...) throws -> [String] {
      var run = Self.run
      run.running = trainings
      let lines = try Self.status(Self.searching(), run: run, isRunning: true).lines
      #expect(lines.allSatisfy { $0.count <= 80 })
      let rows = lines.drop { !$0.hasPrefix("running") }
      return Array(rows.prefix(1) + rows.dropFirst().prefix { $0.hasPrefix(" ") })
    }
    func text(_ training: RunningTraining) throws -> String {
      let lines = try lines(training)
      #expect(lines.count == 1)
      return try #require(lines.first)
    }
    var training = Self.run.running[0]
    #expect(try text(training).hasSuffix("6.5 s"))
    (training.worker, training.process, training.attempt, training.silentSeconds) = (1, 812, 1, 2)
    #expect(try text(training).hasSuffix(" process 812"))
    (training.host, training.attempt, training.silentSeconds) = ("node7", 3, 90)
    // More than the line has room for stands below, and counts as the training's.
    let long = try lines(training, Self.run.running[0])
    #expect(long.count == 3 && long[0].hasSuffix("6.5 s") && long[2].hasSuffix("6.5 s"))
    let second = String(repeating: " ", count: 23)
    #expect(long[1] == second + "process 812, on node7, attempt 3, silent 1 min 30 s")
    let many = try lines(training, training, training, training)
    #expect(many.count == 5 && many[3] == long[1] && many[4].hasSuffix(" and 2 more"))
  }

  @Test("counts the trials by what became of them")
  func outcomes() throws {
    var study = Self.searching()
    let count = try Self.status(study).inputs.state.trials.count
    let losses: [JournalEvent.Finished.Outcome] = [
      .crashed, .outOfMemory, .timedOut, .timedOut, .failed,
    ]
    for (offset, loss) in losses.enumerated() {
      let trial = count + offset
      study.events += [
        MadeUpStudy.proposed(trial, latency: 3),
        .finished(
          JournalEvent.Finished(
            trial: trial, outcome: loss, validation: nil, seconds: 0, steps: 0, note: "seen")),
      ]
    }
    for trial in (count + losses.count)..<(count + losses.count + 2) {
      study.events.append(MadeUpStudy.proposed(trial, latency: 3))
    }
    let status = try Self.status(study, run: Self.run, isRunning: true)
    let object = try JSONSerialization.jsonObject(with: Data(status.json.utf8)) as? [String: Any]
    let trials = try #require(object?["trials"] as? [String: Any])
    let outcomes = try #require(trials["outcomes"] as? [String: Int])
    #expect(outcomes["crashed"] == 1 && outcomes["out_of_memory"] == 1)
    #expect(outcomes["timed_out"] == 2 && outcomes["failed"] == 1)
    #expect(outcomes["running"] == 1 && outcomes["proposed"] == 1)
    #expect(outcomes.values.reduce(0, +) == count + losses.count + 2)
    #expect(trials["failed"] as? Int == 5 + (outcomes["diverged"] ?? 0))
  }

  @Test("has the same members as JSON at any time, null where nothing is known")
  func json() throws {
    var empty = MadeUpStudy()
    empty.events = []
    for status in [
      try Self.status(empty), try Self.status(.realistic),
      try Self.status(Self.searching(), run: Self.run, isRunning: true),
      try Self.status(.infeasible),
    ] {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(status.json.utf8)) as? [String: Any])
      #expect(
        object.keys.sorted() == [
          "best", "complete", "finalists", "folder", "folder_bytes", "format", "full_trainings",
          "last_event_seconds", "missing", "name", "phase", "run", "seconds_left",
          "seconds_left_basis", "seconds_taken", "teacher", "trials", "trials_per_hour",
        ])
      #expect(object["format"] as? String == "autodistill-status/1")
      let run = object["run"] as? [String: Any]
      #expect((run == nil) == (status.run == nil))
      #expect(run == nil || run?["process"] as? Int == 4711 && run?.count == 18)
    }
  }

  @Test("is one line where there is no screen")
  func line() throws {
    let status = try Self.status(Self.searching(), run: Self.run, isRunning: true)
    #expect(
      status.line.hasPrefix(
        "search 70 %, flash trials (30 min 00 s) · 22 of 32 trials · 40.0 an hour"))
    #expect(!status.line.contains("\n"))
  }
}
