import Foundation
import Testing

@testable import Studies

@Suite("what sbatch is given")
struct SlurmSubmissionTests {
  private func submission(_ settings: SlurmSettings, excluding hosts: [String] = [])
    -> SlurmSubmission
  {
    SlurmSubmission(
      settings: settings, name: "autodistill-0a", token: "0b", count: 4,
      folder: "/a study's; folder", excludedHosts: hosts,
      command: ["/usr/bin/autodistill", "worker", "/a study's; $(folder)"])
  }

  @Test("has what the study says, each an argument of its own")
  func arguments() {
    var settings = SlurmSettings()
    (settings.partition, settings.account, settings.time) = ("main", "us", "04:00:00")
    (settings.memoryMebibytes, settings.cpus, settings.requeue) = (1500, 2, false)
    settings.arguments = ["--constraint=skylake & big", "--nice"]
    let words = submission(settings, excluding: ["n1", "n7"]).words
    for word in [
      "--parsable", "--job-name=autodistill-0a", "--comment=autodistill/1 0b", "--array=0-3",
      "--chdir=/a study's; folder", "--output=workers/0b.%a.log", "--cpus-per-task=2",
      "--no-requeue", "--signal=B:TERM@90", "--partition=main", "--account=us", "--time=04:00:00",
      "--mem=1500M", "--exclude=n1,n7", "--constraint=skylake & big", "--nice",
    ] {
      #expect(words.contains(word), "\(word)")
    }
    #expect(words.first == "sbatch" && words.last == "/a study's; folder/workers/0b.sh")
    let plain = submission(SlurmSettings()).words
    #expect(plain.contains("--requeue"))
    #expect(!plain.contains { $0.hasPrefix("--partition") || $0.hasPrefix("--exclude") })
  }

  @Test("is a script in which only the set-up lines are shell")
  func script() {
    var settings = SlurmSettings()
    settings.setup = ["module load swift", "export A=1"]
    #expect(
      submission(settings).script == """
        #!/bin/bash
        module load swift
        export A=1
        exec /usr/bin/autodistill worker '/a study'\\''s; $(folder)'

        """)
  }

  @Test("is recognised by study, folder and user")
  func names() {
    let name = SlurmJobs(identity: "a", folder: "/x").name
    #expect(name == SlurmJobs(identity: "a", folder: "/x").name && name.count == 28)
    #expect(name != SlurmJobs(identity: "b", folder: "/x").name)
    #expect(name != SlurmJobs(identity: "a", folder: "/y").name)
  }
}

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
    for state in ["RUNNING", "COMPLETING", "SUSPENDED", "CONFIGURING", "A_NEW_STATE"] {
      #expect(phase(state) == .running)
    }
    for state in ["REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"] {
      #expect(phase(state) == .waiting(reason: "None"))
    }
    for (state, end) in [
      ("COMPLETED", SchedulerEnd.completed), ("FAILED", .failed), ("TIMEOUT", .timedOut),
      ("NODE_FAIL", .nodeFailed), ("PREEMPTED", .preempted), ("OUT_OF_MEMORY", .outOfMemory),
      ("CANCELLED", .cancelled), ("BOOT_FAIL", .bootFailed), ("DEADLINE", .deadline),
      ("REVOKED", .cancelled), ("LAUNCH_FAILED", .bootFailed),
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
}
