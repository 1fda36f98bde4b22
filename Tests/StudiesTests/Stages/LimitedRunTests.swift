import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Studies

@Suite("a run with limits")
struct LimitedRunTests {
  /// Runs a study to one of its limits, which must be there.
  private func run(
    _ study: TinyStudy, _ limits: RunLimits, workers: Int = 2, onTask: String = "answer"
  ) throws -> RunLimit {
    let worker = try FakeWorker(in: study.temporary, onTask: onTask)
    var run = StudyRun(worker, workers: workers)
    run.limits = limits
    do {
      try run(study)
    } catch StudyError.limitReached(let limit) {
      return limit
    }
    throw StudyError.missing("the run has reached no limit")
  }

  private func finish(_ study: TinyStudy) throws -> StudyOutcome {
    StudyOutcome(try StudyRun(try FakeWorker(in: study.temporary))(study))
  }

  @Test("of trials begins so many, and comes to the same end in several", arguments: [1, 2, 4])
  func trials(workers: Int) throws {
    let whole = try finish(BeforeSearch.copy())
    let study = try BeforeSearch.copy()
    for count in [5, 10] {
      #expect(try run(study, RunLimits(trials: 5), workers: workers) == .trials(5))
      let trials = try study.outcome().trials
      #expect(trials.count == count && trials.allSatisfy { $0.result != nil })
    }
    let outcome = try finish(study)
    #expect(outcome == whole, "\(outcome.difference(from: whole))")
  }

  @Test("of trials does not stop what comes after the last of them")
  func lastTrial() throws {
    let study = try BeforeSearch.copy()
    let worker = try FakeWorker(in: study.temporary)
    var run = StudyRun(worker)
    run.limits = RunLimits(trials: 12)
    #expect(try run(study).finalists?.count == 2)
  }

  @Test("of time lets flash trainings end that run, and begins no more")
  func time() throws {
    let whole = try finish(BeforeSearch.copy())
    let study = try BeforeSearch.copy()
    let limit = try run(
      study, RunLimits(seconds: 0.9), onTask: "sleep 0.4; answer")
    #expect(limit == .time(seconds: 0.9))
    let trials = try study.outcome().trials
    #expect((1...8).contains(trials.count) && trials.allSatisfy { $0.result != nil })
    let timed = try Journal.state(of: study.folder).stageSeconds
    #expect(timed.contains { $0.stage == "search" && $0.isInterrupted == true && $0.seconds > 0.5 })
    let outcome = try finish(study)
    #expect(outcome == whole, "\(outcome.difference(from: whole))")
  }

  /// Takes tasks that no worker ever begins, as where a cluster is full.
  private final class FullCluster: TaskExecutor {
    let capacity = 2
    let processorSeconds = 0.0
    var running: [RunningTask] = []

    func submit(_ task: StudentTask) -> Int {
      running.append(
        RunningTask(number: running.count, task: task, share: 0, hasBegun: false))
      return running.count - 1
    }

    func wait(tick: () throws -> Void) throws -> (number: Int, outcome: TaskOutcome) {
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end {
        try tick()
        usleep(10_000)
      }
      throw StudyError.missing("nobody has stopped it")
    }
  }

  @Test("of time ends a run whose flash trainings wait for a worker, which is told")
  func waiting() throws {
    let told = Mutex([RunningTraining]())
    var context = StudyContext(
      version: "1", workerCommand: [], workers: 2, threads: 1,
      report: { event in
        if case .running(let running) = event { told.withLock { $0 += running } }
      }, isCancelled: { false })
    context.limits = RunLimits(seconds: 0.5)
    let tasks = ["000", "001"].map { ($0, StudentTask(.flash(.init()), key: $0)) }
    let loop = TaskLoop(FullCluster(), context: context)
    #expect(throws: StudyError.limitReached(.time(seconds: 0.5))) {
      try loop.run(
        tasks.map { (purpose: $0.0, task: $0.1) }, detail: "flash trials", record: { _, _ in })
    }
    let seen = told.withLock { $0 }
    #expect(!seen.isEmpty && seen.allSatisfy { $0.isWaiting == true && $0.seconds < 0.3 })
  }

  @Test("of time stops full trainings")
  func fullTrainings() throws {
    let study = try BeforeSearch.copy()
    let began = ContinuousClock.now
    let limit = try run(
      study, RunLimits(seconds: 4), onTask: "[ $kind = flash ] || sleep 20; answer")
    #expect(limit == .time(seconds: 4))
    #expect(began.duration(to: .now) < .seconds(15))
    #expect(try study.outcome().finalists != nil && study.outcome().distilled.isEmpty)
  }

  @Test("of processor time counts what workers say of theirs")
  func processorTime() throws {
    let study = try BeforeSearch.copy()
    let limit = try run(
      study, RunLimits(processorSeconds: 3000), workers: 1,
      onTask: """
        taken=$((taken + 1000)); say '{"id":-1,"status":"progress","cpu_seconds":'$taken'}'; answer
        """)
    #expect(limit == .processorTime(seconds: 3000))
    #expect(try (3...4).contains(study.outcome().trials.count))
  }
}

@Suite("what a run tells those who watch it")
struct RunProgressTests {
  @Test("is in a file while it runs, and not afterwards")
  func file() throws {
    let study = try BeforeSearch.copy()
    let worker = try FakeWorker(in: study.temporary, onTask: "sleep 0.3; answer")
    let seen = Recorded<RunProgress>()
    let folder = study.folder
    var run = StudyRun(worker)
    run.watch = { _ in
      #expect(StudyLock.isHeld(folder))
      if let progress = RunProgress.read(folder) { seen.add(progress) }
    }
    try run(study)
    let all = seen.all
    #expect(all.allSatisfy { $0.process == getpid() && $0.workers == 2 && $0.version == "1" })
    #expect(Set(all.map(\.stage)).isSuperset(of: ["teacher", "search", "distillation"]))
    #expect(all.contains { $0.running.contains { $0.kind == .flash && $0.seconds > 0 } })
    #expect(all.map(\.seconds) == all.map(\.seconds).sorted())
    #expect((all.last?.trials ?? 0) > 0)
    #expect(!study.temporary.has("progress.json") && !study.temporary.has("progress.json.new"))
    #expect(!StudyLock.isHeld(folder))
  }

  @Test("after a kill is what the next run counts the lost stage by")
  func killed() throws {
    let study = try BeforeSearch.copy()
    try study.temporary.write(
      """
      {"format": "autodistill-progress/1", "version": "1", "process": 1, "host": "h",
       "began": "2026-01-01T00:00:00Z", "workers": 3, "limits": {}, "seconds": 70.5,
       "cpu_seconds": 100, "trials": 2, "stage": "search", "stage_seconds": 61.25,
       "stage_cpu_seconds": 90.5, "running": []}
      """, to: "progress.json")
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    let lost = JournalEvent.StageTimed(
      stage: "search", seconds: 61.25, workers: 3, processorSeconds: 90.5, isInterrupted: true)
    #expect(state.stageSeconds.count { $0 == lost } == 1)
    #expect(!study.temporary.has("progress.json"))
  }

  @Test("is taken for nothing where it is damaged")
  func damaged() throws {
    let study = try BeforeSearch.copy()
    for text in ["", "{", "{\"format\": \"autodistill-progress/2\"}", "[]"] {
      try study.temporary.write(text, to: "progress.json")
      #expect(RunProgress.read(study.folder) == nil)
    }
    try StudyRun(try FakeWorker(in: study.temporary))(study)
  }

  @Test("holds the time of interrupted stages in the journal")
  func interrupted() throws {
    let study = try BeforeSearch.copy()
    let worker = try FakeWorker(in: study.temporary, onTask: "sleep 0.3; answer")
    var run = StudyRun(worker)
    run.stopsAfter = { $0 >= 4 }
    #expect(throws: StudyError.interrupted) { try run(study) }
    let timed = try Journal.state(of: study.folder).stageSeconds.filter { $0.stage == "search" }
    #expect(timed.count == 1 && timed[0].isInterrupted == true && timed[0].seconds > 0.5)
    #expect((timed[0].processorSeconds ?? -1) >= 0)
  }
}
