import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// Tasks in jobs of a made-up cluster, whose every state a test can call up.
@Suite("tasks in jobs of a cluster")
struct SlurmExecutorTests {
  /// Workers that answer once a file of the trial's number is there.
  private static let waits = """
    echo "$SLURMD_NODENAME" >> "$folder/began.$trial"
    while [ ! -e "$folder/go.$trial" ]; do sleep 0.02; done
    answer
    """

  private let temporary: TemporaryFolder
  private let slurm: FakeSlurm

  init() throws {
    temporary = try TemporaryFolder()
    slurm = try FakeSlurm(in: temporary)
  }

  private func executor(
    _ capacity: Int, atStart: String = "", onTask: String = "answer",
    _ settings: SlurmSettings? = nil
  ) throws -> RemoteExecutor {
    let worker = try FakeWorker(in: temporary, atStart: atStart, onTask: onTask, usesFiles: true)
    return RemoteExecutor(
      try slurm.workers(worker.command, settings), capacity: capacity, flashFraction: 0.05)
  }

  /// Waits for one task, doing something meanwhile.
  private func wait(
    _ executor: RemoteExecutor, _ seconds: Double = 60, doing body: () throws -> Void = {}
  ) throws -> (number: Int, outcome: TaskOutcome) {
    let end = ContinuousClock.now + .seconds(seconds)
    return try executor.wait {
      if ContinuousClock.now > end { throw ExecutorDriver.TooSlow() }
      try body()
    }
  }

  /// Waits until a condition holds, while the executor works.
  private func work(_ executor: RemoteExecutor, until condition: @escaping () -> Bool) throws {
    struct Enough: Error {}
    do {
      _ = try wait(executor) { if condition() { throw Enough() } }
      Issue.record("a task has ended that should not have")
    } catch is Enough {}
  }

  private func begun(_ trial: Int) -> [String] {
    ((try? String(contentsOfFile: temporary.file("began.\(trial)"), encoding: .utf8)) ?? "")
      .split(separator: "\n").map(String.init)
  }

  private func go(_ trial: Int) throws { try temporary.write("", to: "go.\(trial)") }

  /// The job that has begun first and is running.
  private func runningJob() throws -> FakeSlurm.Job {
    try #require(slurm.jobs.first { $0.read("state") == "RUNNING" })
  }

  @Test(
    "takes every end of a job for what it is",
    arguments: SchedulerEnd.allCases.filter {
      ![.requeued, .forgotten, .left, .silent, .suspended, .timedOut].contains($0)
    })
  func ends(_ end: SchedulerEnd) throws {
    let executor = try executor(1, onTask: Self.waits)
    _ = executor.submit(ExecutorDriver.task(0))
    for attempt in 1...2 {
      try work(executor) { begun(0).count == attempt }
      let job = try runningJob()
      try job.say(end.rawValue)
      job.killProcesses()
    }
    if case .own(let loss, _)? = end.loss(exit: nil, log: "") {
      guard case .lost(let kind, let note) = try wait(executor).outcome else {
        Issue.record("not lost")
        return
      }
      #expect(kind == loss && note.contains(end.rawValue) && note.contains("n1"), "\(note)")
    } else {
      // It says nothing about the task, however often it happens.
      try go(0)
      #expect(try wait(executor).outcome.result?.validation?.correct == FakeWorker.correct(0))
    }
    // A machine that failed gets no further workers.
    let isExcluded = slurm.submissions.last?.contains { $0.hasPrefix("--exclude=") } ?? false
    #expect(isExcluded == end.isOfHost)
    #expect(slurm.notes.all.contains { $0.contains("n1 has failed") } == end.isOfHost)
    if end.isOfHost { #expect(executor.workerCounts?.excludedHosts.first == "n1") }
  }

  @Test("does not blame a training for a time limit if it got on")
  func timeLimit() throws {
    // Each attempt comes further than the last.
    let executor = try executor(
      1,
      onTask: """
        echo x >> "$folder/began.$trial"
        attempt=$(wc -l < "$folder/began.$trial")
        say '{"id":'$id',"status":"progress","share":0.'$attempt'}'
        while [ ! -e "$folder/go.$trial" ]; do sleep 0.02; done
        answer
        """)
    _ = executor.submit(ExecutorDriver.task(0))
    for attempt in 1...3 {
      try work(executor) {
        begun(0).count == attempt && executor.running[0].share == Double(attempt) / 10
      }
      let job = try runningJob()
      try job.say("TIMEOUT")
      job.killProcesses()
    }
    try go(0)
    #expect(try wait(executor).outcome.result != nil)
  }

  @Test("ends the run, and blames no training, where jobs are too short for one")
  func shortJobs() throws {
    let executor = try executor(1, onTask: Self.waits)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    try runningJob().say("TIMEOUT")
    slurm.jobs[0].killProcesses()
    try work(executor) { begun(0).count == 2 }
    let job = try runningJob()
    try job.say("TIMEOUT")
    job.killProcesses()
    expectError([
      "trial 0", "2 jobs in a row reached their time limit", "TIMEOUT", "executor.slurm.time",
      "says nothing about the student",
    ]) { _ = try wait(executor) }
  }

  @Test("waits for a worker that is suspended, and counts it with those that wait")
  func suspended() throws {
    let executor = try executor(1, onTask: Self.waits)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    let job = try runningJob()
    try job.say("SUSPENDED")
    // A worker that has just begun may be counted as waiting for other reasons first.
    try work(executor) { executor.workerCounts?.reasons == ["suspended"] }
    #expect(executor.workerCounts?.waiting == 1 && executor.workerCounts?.running == 0)
    // The grace is 0.3 s: nobody takes it for dead.
    usleep(600_000)
    try job.say("RUNNING")
    try work(executor) { executor.workerCounts?.running == 1 }
    try go(0)
    #expect(try wait(executor).outcome.result != nil)
    #expect(begun(0).count == 1 && slurm.submissions.count == 1)
  }

  @Test("believes a worker's file more than the scheduler")
  func fileIsTruth() throws {
    let executor = try executor(
      1,
      onTask: """
        echo x >> "$folder/began.$trial"
        for beat in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; record '{"kind":"beat"}'; done
        answer
        """)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    // Slurm's controller has forgotten the job, as after a crash; the worker continues.
    try temporary.write(
      "", to: "slurm/\((slurm.jobs[0].folder as NSString).lastPathComponent)/forgotten")
    #expect(try wait(executor).outcome.result != nil)
    #expect(begun(0).count == 1)
  }

  @Test("counts a late result of a worker that was given up once, whichever comes first")
  func late() throws {
    let executor = try executor(
      1,
      onTask: """
        echo x >> "$folder/began.$trial"
        if [ "$(wc -l < "$folder/began.$trial")" = 1 ]; then
          while [ ! -e "$folder/late" ]; do sleep 0.02; done
          answer; touch "$folder/told"
        else
          while [ ! -e "$folder/go.$trial" ]; do sleep 0.02; done
          answer
        fi
        """)
    let first = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    // The scheduler is wrong: its node does not answer, and its worker is at work.
    try runningJob().say("NODE_FAIL")
    try work(executor) { begun(0).count == 2 }
    try temporary.write("", to: "late")
    let ended = try wait(executor)
    #expect(ended.number == first && ended.outcome.result != nil)
    // The second one's result comes while another task is wanted.
    let second = executor.submit(ExecutorDriver.task(1))
    try go(0)
    try go(1)
    #expect(try wait(executor).number == second)
    #expect(executor.isIdle)
  }

  @Test("waits for files that are seen late")
  func lateFiles() throws {
    var settings = slurm.settings
    settings.graceSeconds = 3
    // What the worker writes is seen a second later; its job has ended by then.
    let executor = try executor(
      1,
      onTask: """
        echo x >> "$folder/began.$trial"
        evaluation='{"count":100,"correct":'$((40 + trial * 17 % 43))',"negative_log_likelihood":0.5}'
        reply='{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation'}'
        text=$(line_of '{"kind":"reply","task":"'$task'","reply":'"$reply"'}')
        setsid sh -c 'sleep 1; printf "%s\\n" "$1" >> "$2"' sh "$text" "$lease/replies.jsonl" &
        exit 1
        """, settings)
    _ = executor.submit(ExecutorDriver.task(0))
    #expect(try wait(executor).outcome.result?.validation?.correct == FakeWorker.correct(0))
    #expect(begun(0).count == 1)
  }

  @Test("uses what was trained while no run was there, and continues with workers that are there")
  func earlierRun() throws {
    let command = try FakeWorker(in: temporary, onTask: Self.waits, usesFiles: true).command
    // What a killed run leaves: jobs, and requests in their files.
    Processes.letSignalsThrough()
    let scheduler = slurm.scheduler(command)
    let news = Recorded<String>()
    scheduler.begin { if case .submitted(let token, _, _) = $0 { news.add(token) } }
    scheduler.start(2, excluding: [])
    let folder = RemoteFolder(StudyFolder(temporary.path))
    func leases() -> [LeaseName] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.compactMap(LeaseName.init(folder:)).sorted { $0.index < $1.index }
    }
    #expect(Processes.wait(seconds: 10) { leases().count == 2 })
    for (index, lease) in leases().enumerated() {
      let task = ExecutorDriver.task(index).stating(flashFraction: 0.05)
      try RecordWriter(folder.requests(to: lease)).append(
        RunRecord(
          .task, task: task.remoteName, turn: "earlier.\(index)",
          request: WorkerRequest(id: 7 + index, task: task)))
    }
    try go(0)
    #expect(
      Processes.wait(seconds: 10) {
        begun(1).count == 1
          && leases().contains { lease in
            RecordReader<LeaseRecord>(folder.replies(of: lease), patienceSeconds: 1).read().records
              .contains { $0.reply?.result != nil }
          }
      })

    let executor = RemoteExecutor(try slurm.workers(command), capacity: 2, flashFraction: 0.05)
    for trial in 0..<2 { _ = executor.submit(ExecutorDriver.task(trial)) }
    // The first is known at once.
    let first = try wait(executor)
    _ = executor.submit(ExecutorDriver.task(2))
    #expect(first.number == 0 && first.outcome.result?.validation?.correct == FakeWorker.correct(0))
    for trial in 1..<3 { try go(trial) }
    var correct: [Int: Int?] = [:]
    for _ in 1..<3 {
      let ended = try wait(executor)
      correct[ended.number] = ended.outcome.result?.validation?.correct
    }
    #expect(correct == [1: FakeWorker.correct(1), 2: FakeWorker.correct(2)])
    #expect((0..<3).allSatisfy { begun($0).count == 1 })
    #expect(slurm.submissions.count == 1 && news.all.count == 1)
    withExtendedLifetime(scheduler) {}
  }

  @Test("takes a job that was put into the queue again for another worker")
  func requeued() throws {
    let executor = try executor(1, onTask: Self.waits)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    try runningJob().requeue()
    try work(executor) { begun(0).count == 2 }
    try go(0)
    #expect(try wait(executor).outcome.result != nil)
    #expect(slurm.submissions.count == 1)
    #expect(slurm.notes.all.contains { $0.contains("into its queue again") })
  }

  @Test("ends the run where the scheduler refuses, with the scheduler's own words")
  func refused() throws {
    try temporary.write(
      "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
      to: "slurm/refuse")
    let executor = try executor(1)
    _ = executor.submit(ExecutorDriver.task(0))
    expectError(["slurm refuses", "Invalid partition name specified"]) { _ = try wait(executor) }
  }

  @Test("says which program cannot be run")
  func noSlurm() throws {
    for name in ["sbatch", "squeue"] {
      try FileManager.default.removeItem(atPath: temporary.file("tools/\(name)"))
    }
    let executor = try executor(1)
    _ = executor.submit(ExecutorDriver.task(0))
    expectError(["squeue", "No such file", "installed"]) { _ = try wait(executor) }
  }

  @Test("continues with what workers write while the scheduler does not answer")
  func unreachable() throws {
    let executor = try executor(1, onTask: Self.waits)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { begun(0).count == 1 }
    try slurm.setDown(true)
    try work(executor) { slurm.notes.all.contains { $0.contains("cannot be asked") } }
    #expect(executor.workerCounts?.trouble?.contains("Unable to contact") == true)
    try go(0)
    #expect(try wait(executor).outcome.result != nil)
    // Nobody is taken for gone by silence of the scheduler.
    _ = executor.submit(ExecutorDriver.task(1))
    try work(executor) { begun(1).count == 1 }
    try slurm.setDown(false)
    try work(executor) { slurm.notes.all.contains { $0.contains("answers again") } }
    try go(1)
    #expect(try wait(executor).outcome.result != nil)
  }

  @Test("gives up on jobs that end before their worker is ready, and shows their log")
  func neverReady() throws {
    let executor = try executor(
      2, atStart: "echo 'module: command not found' >&2; exit 1")
    _ = executor.submit(ExecutorDriver.task(0))
    expectError(["3 submissions", "FAILED", "module: command not found"]) {
      _ = try wait(executor)
    }
  }

  @Test("submits no more workers at once than an array may have")
  func arrayLimit() throws {
    var settings = slurm.settings
    settings.arrayLimit = 2
    let executor = try executor(5, settings)
    for trial in 0..<5 { _ = executor.submit(ExecutorDriver.task(trial)) }
    for _ in 0..<5 { #expect(try wait(executor).outcome.result != nil) }
    let arrays = slurm.submissions.compactMap { $0.first { $0.hasPrefix("--array=") } }
    #expect(arrays == ["--array=0-1", "--array=0-1", "--array=0-0"])
  }

  @Test("names the machine of a result where its processor is another one")
  func machine() throws {
    let executor = try executor(1, atStart: "", onTask: "answer")
    _ = executor.submit(ExecutorDriver.task(0))
    #expect(try wait(executor).outcome.result?.machine == nil)
    setenv("processor", "another processor", 1)
    defer { unsetenv("processor") }
    let other = try SlurmExecutorTests()
    let second = try other.executor(1)
    _ = second.submit(ExecutorDriver.task(0))
    let machine = try other.wait(second).outcome.result?.machine
    #expect(machine == ResultMachine(host: "n1", processor: "another processor"))
    #expect(other.slurm.notes.all.contains { $0.contains("another processor") })
  }

  @Test("says how many workers run and wait, and for what")
  func counts() throws {
    try temporary.write("", to: "slurm/hold")
    let executor = try executor(2)
    _ = executor.submit(ExecutorDriver.task(0))
    try work(executor) { executor.workerCounts?.waiting == 2 }
    try temporary.write(
      "Resources", to: "slurm/\((slurm.jobs[0].folder as NSString).lastPathComponent)/reason")
    try work(executor) { executor.workerCounts?.reasons == ["Resources"] }
    let counts = try #require(executor.workerCounts)
    #expect(counts.executor == "slurm" && counts.wanted == 2 && counts.running == 0)
    #expect(counts.ready == 0 && counts.jobs == ["1"])
  }

  @Test("cancels its jobs by name when it is let go of, those that wait too")
  func cancels() throws {
    try temporary.write("", to: "slurm/hold")
    var executor: RemoteExecutor? = try executor(2)
    if let executor {
      _ = executor.submit(ExecutorDriver.task(0))
      try work(executor) { executor.workerCounts?.waiting == 2 }
    }
    executor = nil
    #expect(slurm.jobs.map { $0.read("state") } == ["CANCELLED", "CANCELLED"])
  }
}
