import Foundation
import Processes
import TestSupport
import Testing

@testable import Studies

@Suite("the end of a worker process")
struct ProcessLossTests {
  private func loss(
    _ end: ChildProcess.End, errors: String = "", kills: Bool = false
  ) -> ProcessLoss {
    ProcessLoss(end, errors: errors, hasMemoryKills: kills)
  }

  @Test(
    "is the task's own where its signal comes of what the process does",
    arguments: [
      (SIGSEGV, "SIGSEGV"), (SIGABRT, "SIGABRT"), (SIGILL, "SIGILL"), (SIGBUS, "SIGBUS"),
      (SIGFPE, "SIGFPE"), (SIGTRAP, "SIGTRAP"),
    ])
  func own(signal: Int32, name: String) {
    #expect(loss(.signal(signal)) == .own(.crashed, name))
    // As a shell, a container or ssh tells it.
    #expect(loss(.status(128 + signal)) == .own(.crashed, name))
  }

  @Test(
    "says nothing of the task where the signal comes from outside",
    arguments: [
      (SIGKILL, "SIGKILL"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"),
      (SIGUSR1, "SIGUSR1"), (SIGXCPU, "SIGXCPU (processor time, ulimit -t)"),
    ])
  func outside(signal: Int32, name: String) {
    #expect(loss(.signal(signal)) == .killed(name))
    #expect(loss(.status(128 + signal)) == .killed(name))
    #expect(loss(.signal(signal), errors: "out of memory") == .killed(name))
  }

  @Test("is told of the out-of-memory killer where that has killed somebody")
  func memoryKiller() {
    #expect(
      loss(.signal(SIGKILL), kills: true)
        == .killed("SIGKILL, by the kernel's out-of-memory killer"))
    #expect(loss(.signal(SIGTERM), kills: true) == .killed("SIGTERM"))
    #expect(loss(.signal(SIGSEGV), kills: true) == .own(.crashed, "SIGSEGV"))
  }

  @Test(
    "is for want of memory where its last words say so",
    arguments: [
      "Fatal error: out of memory: 1 bytes", "terminate called: std::bad_alloc",
      "fatal error: Could not allocate memory.", "mmap: Cannot allocate memory",
    ])
  func memory(errors: String) {
    #expect(loss(.signal(SIGABRT), errors: errors) == .own(.outOfMemory, "SIGABRT"))
    #expect(loss(.status(1), errors: errors) == .own(.outOfMemory, "exit status 1"))
  }

  @Test("without a signal is a failure, whatever the status")
  func statuses() {
    for status: Int32 in [0, 1, 5, 127, 255] {
      #expect(loss(.status(status)) == .own(.failed, "exit status \(status)"))
    }
  }

  @Test("sees the kernel's count of kills in the process's group, or the machine's")
  func counts() throws {
    let machine = try TemporaryFolder()
    try machine.add("nr_free_pages 5\noom_kill 3\n", to: "proc/vmstat")
    #expect(MemoryKills.count(root: machine.path) == 3)
    try machine.add("0::/job/step\n", to: "proc/self/cgroup")
    #expect(MemoryKills.count(root: machine.path) == 3)
    try machine.add(
      "low 0\noom 9\noom_kill 7\noom_group_kill 1\n", to: "sys/fs/cgroup/job/step/memory.events")
    #expect(MemoryKills.count(root: machine.path) == 7)
    let old = try TemporaryFolder()
    try old.add("4:cpu,cpuacct:/a\n9:memory:/b\n", to: "proc/self/cgroup")
    try old.add(
      "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
      to: "sys/fs/cgroup/memory/b/memory.oom_control")
    #expect(MemoryKills.count(root: old.path) == 2)
    #expect(MemoryKills.count(root: try TemporaryFolder().path) == 0)
  }
}

extension TemporaryFolder {
  /// Writes a file of a made-up machine, with the folders around it.
  fileprivate func add(_ text: String, to name: String) throws {
    try FileManager.default.createDirectory(
      atPath: (file(name) as NSString).deletingLastPathComponent,
      withIntermediateDirectories: true)
    try write(text, to: name)
  }
}
