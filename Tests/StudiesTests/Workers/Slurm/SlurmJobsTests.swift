import Foundation
import Testing

@testable import Studies

@Suite("what squeue prints")
struct SlurmJobsTests {
  private func line(
    _ id: String, _ index: String, _ state: String, exit: Int = 0, restarts: String = "0",
    node: String = "", comment: String = "autodistill/1 0a", reason: String = "None"
  ) -> String {
    zip(
      [id, index, state, "\(exit)", restarts, node, comment, reason],
      [20, 20, 20, 12, 12, 80, 100, 80]
    )
    .map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined()
  }

  private func workers(_ lines: String..., tokens: [String: String] = [:]) -> [ScheduledWorker] {
    SlurmJobs.workers(lines.joined(separator: "\n"), tokens: tokens)
  }

  @Test("is read column by column")
  func columns() {
    let found = workers(
      line("376", "3", "RUNNING", restarts: "2", node: "n7"),
      line("376", "4", "PENDING", reason: "ReqNodeNotAvail, UnavailableNodes:n2"))
    #expect(
      found == [
        ScheduledWorker(
          token: "0a", index: 3, restarts: 2, job: "376_3", host: "n7", phase: .running,
          exit: .status(0)),
        ScheduledWorker(
          token: "0a", index: 4, restarts: 0, job: "376_4", host: nil,
          phase: .waiting(reason: "ReqNodeNotAvail, UnavailableNodes:n2"), exit: .status(0)),
      ])
  }

  @Test("takes a state that it does not know for a job that runs")
  func states() {
    func phase(_ state: String) -> ScheduledWorker.Phase? {
      workers(line("1", "0", state)).first?.phase
    }
    for state in [
      "RUNNING", "COMPLETING", "CONFIGURING", "RESIZING", "SIGNALING", "STAGE_OUT", "A_NEW_STATE",
    ] {
      #expect(phase(state) == .running)
    }
    for state in ["SUSPENDED", "STOPPED"] { #expect(phase(state) == .suspended) }
    for state in ["REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"] {
      #expect(phase(state) == .waiting(reason: "None"))
    }
    for (state, end) in [
      ("COMPLETED", SchedulerEnd.completed), ("FAILED", .failed), ("TIMEOUT", .timedOut),
      ("NODE_FAIL", .nodeFailed), ("PREEMPTED", .preempted), ("OUT_OF_MEMORY", .outOfMemory),
      ("CANCELLED", .cancelled), ("BOOT_FAIL", .bootFailed), ("DEADLINE", .deadline),
      ("REVOKED", .revoked), ("LAUNCH_FAILED", .launchFailed),
      ("RECONFIG_FAIL", .reconfigurationFailed),
    ] {
      #expect(phase(state) == .ended(end))
    }
  }

  @Test("tells a worker that was killed from one that failed by itself")
  func exits() {
    func loss(_ code: Int) -> ProcessLoss? {
      let worker = workers(line("1", "0", "FAILED", exit: code)).first
      guard case .ended(let end)? = worker?.phase else { return nil }
      return end.loss(exit: worker?.exit, log: "")
    }
    #expect(loss(9) == .killed("SIGKILL") && loss(137 << 8) == .killed("SIGKILL"))
    #expect(loss(15) == .killed("SIGTERM"))
    #expect(loss(11) == .own(.crashed, "SIGSEGV") && loss(139 << 8) == .own(.crashed, "SIGSEGV"))
    #expect(loss(3 << 8) == .own(.failed, "exit status 3"))
  }

  @Test("finds the submission by the job's number where comments are not kept")
  func noComment() {
    #expect(
      workers(line("9", "0", "RUNNING", comment: "(null)"), tokens: ["9": "0c"]).first?.token
        == "0c")
    // Somebody else's comment is no submission, and the worker is counted all the same.
    #expect(workers(line("9", "0", "RUNNING", comment: "hello")).first?.token == "")
  }

  @Test("does not mind what is no job")
  func garbage() {
    #expect(workers("", "slurm_load_jobs error: x", line("x", "0", "RUNNING")).isEmpty)
  }

  /// What a real Slurm 22.05.8 printed for jobs that were made to end, or not, in these ways; columns here without
  /// their blanks.
  private static let recorded = """
    10|0|CANCELLED|15|0|n1|autodistill/1 0a|None
    1|0|COMPLETED|0|0|n1|autodistill/1 0a|None
    1|1|COMPLETED|0|0|n1|autodistill/1 0a|None
    2|0|FAILED|768|0|n1|autodistill/1 0a|NonZeroExitCode
    3|0|FAILED|9|0|n1|autodistill/1 0a|JobLaunchFailure
    4|0|FAILED|11|0|n2|autodistill/1 0a|JobLaunchFailure
    12|0|NODE_FAIL|15|0|n2|autodistill/1 0a|NodeDown
    13|2|PENDING|0|0||autodistill/1 0a|JobArrayTaskLimit
    9|0|PENDING|0|0||autodistill/1 0a|JobHeldUser
    7|0|PENDING|0|1||autodistill/1 0a|BeginTime
    5|0|RUNNING|0|1|n1|autodistill/1 0a|None
    6|0|SUSPENDED|0|0|n2|autodistill/1 0a|None
    8|0|SPECIAL_EXIT|0|1||autodistill/1 0a|job requeued in held state
    """

  @Test("is understood as a real cluster prints it")
  func realOutput() {
    let lines = Self.recorded.split(separator: "\n").map { text in
      let values = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      return line(
        values[0], values[1], values[2], exit: Int(values[3]) ?? -1, restarts: values[4],
        node: values[5], comment: values[6], reason: values[7])
    }
    let found = SlurmJobs.workers(lines.joined(separator: "\n"), tokens: [:])
    #expect(found.count == lines.count && found.allSatisfy { $0.token == "0a" })
    let phases: [ScheduledWorker.Phase] = [
      .ended(.cancelled), .ended(.completed), .ended(.completed), .ended(.failed), .ended(.failed),
      .ended(.failed), .ended(.nodeFailed), .waiting(reason: "JobArrayTaskLimit"),
      .waiting(reason: "JobHeldUser"), .waiting(reason: "BeginTime"), .running, .suspended,
      .waiting(reason: "job requeued in held state"),
    ]
    #expect(found.map(\.phase) == phases)
    // A job that was put into the queue again has the same number and one more start.
    #expect(found.filter { $0.restarts == 1 }.map(\.job) == ["7_0", "5_0", "8_0"])
    #expect(found.map(\.host)[6...8] == ["n2", nil, nil])
    let losses = found.compactMap { worker -> ProcessLoss? in
      guard case .ended(let end) = worker.phase else { return nil }
      return end.loss(exit: worker.exit, log: "")
    }
    #expect(
      losses == [
        .own(.failed, "exit status 0"), .own(.failed, "exit status 0"),
        .own(.failed, "exit status 3"), .killed("SIGKILL"), .own(.crashed, "SIGSEGV"),
      ])
  }

  @Test("says nothing about a training where the job, its machine or somebody else is to blame")
  func losses() {
    for end in SchedulerEnd.allCases {
      let loss = end.loss(exit: .status(0), log: "")
      switch end {
      case .completed, .failed: #expect(loss == .own(.failed, "exit status 0"))
      case .outOfMemory: #expect(loss == .own(.outOfMemory, "OUT_OF_MEMORY"))
      default: #expect(loss == nil, "\(end)")
      }
    }
  }

  @Test(
    "counts of two entries under one name the later start, and of a federation's the one that goes on"
  )
  func newest() {
    func worker(_ restarts: Int, _ phase: ScheduledWorker.Phase) -> ScheduledWorker {
      ScheduledWorker(
        token: "0a", index: 0, restarts: restarts, job: "1_0", host: nil, phase: phase, exit: nil)
    }
    #expect(worker(1, .waiting(reason: "")).isNewer(than: worker(0, .running)))
    #expect(!worker(0, .running).isNewer(than: worker(1, .ended(.failed))))
    #expect(worker(0, .running).isNewer(than: worker(0, .ended(.revoked))))
    #expect(!worker(0, .ended(.revoked)).isNewer(than: worker(0, .running)))
  }
}
