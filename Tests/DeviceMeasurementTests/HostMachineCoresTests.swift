import Foundation
import TestSupport
import Testing

@testable import DeviceMeasurement

@Suite("the cores that a process may use")
struct HostMachineCoresTests {
  private func cores(
    bound: String?, groups: String = "", _ files: [String: String] = [:]
  ) throws -> Int {
    let machine = try TemporaryFolder()
    if let bound {
      try machine.add(
        "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t\(bound)\nThreads:\t1\n",
        to: "proc/self/status")
    }
    try machine.add(groups, to: "proc/self/cgroup")
    for (path, text) in files { try machine.add(text, to: path) }
    return HostMachine.usableCores(root: machine.path)
  }

  @Test("are those that it is bound to")
  func bound() throws {
    #expect(try cores(bound: "0") == 1)
    #expect(try cores(bound: "0-7") == 8)
    #expect(try cores(bound: "0-3,8,10-11") == 7)
    #expect(try cores(bound: nil) == ProcessInfo.processInfo.activeProcessorCount)
    #expect(try cores(bound: "?") == ProcessInfo.processInfo.activeProcessorCount)
  }

  @Test("are no more than the quota of its group, and of those around it, gives time for")
  func quota() throws {
    let group = "0::/jobs/one\n"
    func cores(_ own: String, _ around: String) throws -> Int {
      try self.cores(
        bound: "0-15", groups: group,
        [
          "sys/fs/cgroup/jobs/one/cpu.max": own, "sys/fs/cgroup/jobs/cpu.max": around,
        ])
    }
    #expect(try cores("max 100000\n", "max 100000\n") == 16)
    #expect(try cores("200000 100000\n", "max 100000\n") == 2)
    #expect(try cores("150000 100000\n", "max 100000\n") == 2)
    #expect(try cores("max 100000\n", "300000 100000\n") == 3)
    #expect(try cores("400000 100000\n", "300000 100000\n") == 3)
    #expect(try cores("5000 100000\n", "max 100000\n") == 1)
    #expect(try cores("broken\n", "\n") == 16)
  }

  @Test("are no more than a quota of the first version gives, or one that only a container sees")
  func otherQuotas() throws {
    #expect(
      try cores(
        bound: "0-15", groups: "4:cpu,cpuacct:/a\n9:memory:/b\n",
        [
          "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "250000\n",
          "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
        ]) == 3)
    #expect(
      try cores(
        bound: "0-15", groups: "4:cpu,cpuacct:/a\n",
        [
          "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1\n",
          "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
        ]) == 16)
    #expect(
      try cores(bound: "0-15", groups: "0::/\n", ["sys/fs/cgroup/cpu.max": "100000 100000\n"])
        == 1)
  }

  @Test("are at least one here")
  func here() {
    let cores = HostMachine.usableCores()
    #expect(cores >= 1 && cores <= max(1, ProcessInfo.processInfo.processorCount))
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
