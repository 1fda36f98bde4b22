import Foundation
import TestSupport
import Testing

@testable import Studies

/// Trainings on a cluster in virtual time, whose files are seen up to a minute late and in pieces, and whose
/// machines have clocks five minutes ahead and behind.
@Suite("a cluster whose files come late and whose clocks differ")
struct LateFilesTests {
  private let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  private func cluster(
    _ seed: UInt64, _ change: (inout VirtualCluster.Setting) -> Void = { _ in }
  ) -> VirtualCluster {
    var setting = VirtualCluster.Setting()
    setting.seed = seed
    change(&setting)
    return VirtualCluster(setting, in: temporary.path)
  }

  /// Whether the user was told that a worker is lost.
  private func tellsOfLosses(_ run: VirtualRun) -> Bool {
    run.notes.all.contains { note in
      ["begins again", "given to another", "tried once more"].contains(where: note.contains)
    }
  }

  @Test(
    "trains each student once, and takes no worker for dead",
    arguments: 1...4 as ClosedRange<UInt64>)
  func undisturbed(seed: UInt64) throws {
    let cluster = cluster(seed)
    let run = try VirtualRun(on: cluster)
    try run.run(0..<9)
    #expect(run.measuredOnce == Array(0..<9))
    #expect(cluster.begun.sorted() == Array(0..<9))
    #expect(cluster.startedCount == 3 && !tellsOfLosses(run), "\(run.notes.all)")
  }

  @Test(
    "takes the result of a worker whose job is over before its file is seen",
    arguments: 1...3 as ClosedRange<UInt64>)
  func endsAtOnce(seed: UInt64) throws {
    let cluster = cluster(seed) { $0.endsAfterTask = true }
    let run = try VirtualRun(on: cluster)
    try run.run(0..<6)
    #expect(run.measuredOnce == Array(0..<6))
    #expect(cluster.begun.sorted() == Array(0..<6))
  }

  @Test(
    "begins again what was in flight on a worker that has gone, and nothing else",
    arguments: [
      SchedulerEnd.nodeFailed, .preempted, .requeued, .cancelled, .deadline, .outOfMemory,
    ])
  func kills(_ end: SchedulerEnd) throws {
    let cluster = cluster(7)
    let run = try VirtualRun(on: cluster)
    var kills: [Double] = [200, 400]
    try run.run(0..<8) { seconds in
      if let due = kills.first, seconds >= due, cluster.kill(end) != nil { kills.removeFirst() }
    }
    #expect(kills.isEmpty && run.measuredOnce == Array(0..<8))
    #expect(cluster.begun.sorted() == (Array(0..<8) + cluster.killed).sorted())
    #expect(tellsOfLosses(run))
    // A machine that failed is not used again; no other is blamed.
    #expect((run.executor.workerCounts?.excludedHosts.isEmpty == false) == end.isOfHost)
  }

  @Test("takes a training for timed out by the study's limit alone, after two attempts")
  func trialLimit() throws {
    let cluster = cluster(4) { $0.overdueTrials = [2] }
    let run = try VirtualRun(on: cluster)
    try run.run(0..<5)
    #expect(run.measuredOnce == [0, 1, 3, 4])
    guard case .lost(let loss, let note)? = run.outcomes[2]?.first else {
      Issue.record("trial 2 has a result")
      return
    }
    #expect(loss == .timedOut && note.contains("trial_limits"), "\(note)")
    #expect(cluster.begun.sorted() == [0, 1, 2, 2, 3, 4] && cluster.startedCount == 3)
  }

  @Test("ends the run, and blames nobody, where jobs end at their own limit before a training does")
  func jobLimit() throws {
    let cluster = cluster(6) { $0.taskSeconds = 2000 }
    let run = try VirtualRun(on: cluster, capacity: 1)
    expectError(["trial 0", "2 jobs in a row reached their time limit", "says nothing about"]) {
      try run.run(0..<1) { _ in
        if cluster.begun.count > cluster.killed.count { cluster.kill(.timedOut) }
      }
    }
    #expect(run.outcomes.isEmpty && cluster.begun == [0, 0])
  }

  @Test("continues after a kill of the run, while requests and results are on their way")
  func runKilled() throws {
    let cluster = cluster(3)
    let first = try VirtualRun(on: cluster)
    do {
      try first.run(0..<8) { if $0 >= 250 { throw VirtualRun.Killed() } }
      Issue.record("the run was over before it was killed")
    } catch is VirtualRun.Killed {}
    let second = try VirtualRun(on: cluster)
    try second.run(0..<8)
    #expect(second.measuredOnce == Array(0..<8))
    #expect(cluster.begun.sorted() == Array(0..<8))
    #expect(cluster.startedCount == 3)
    withExtendedLifetime(first) {}
  }

  @Test("knows of a task that a worker took where the request is not seen")
  func requestsUnseen() throws {
    let cluster = cluster(5)
    let first = try VirtualRun(on: cluster)
    do {
      try first.run(0..<3) { _ in
        if cluster.begun.count == 3 { throw VirtualRun.Killed() }
      }
    } catch is VirtualRun.Killed {}
    // What the workers took is seen, and what the first run had asked for is not.
    for _ in 0..<65 { try cluster.pass() }
    for name in try FileManager.default.contentsOfDirectory(atPath: cluster.runFolder.path) {
      guard let lease = LeaseName(folder: name) else { continue }
      try Data().write(to: URL(filePath: cluster.runFolder.requests(to: lease)))
    }
    let second = try VirtualRun(on: cluster)
    try second.run(0..<3)
    #expect(second.measuredOnce == [0, 1, 2] && cluster.begun.sorted() == [0, 1, 2])
    withExtendedLifetime(first) {}
  }

  @Test("takes nobody for dead after it was itself stopped for longer than a worker may be silent")
  func stopped() throws {
    let cluster = cluster(2) {
      $0.patience.orphanSeconds = 7200
      $0.taskSeconds = 1600
    }
    let run = try VirtualRun(on: cluster)
    var hasSlept = false
    try run.run(0..<3) { seconds in
      guard seconds >= 400, !hasSlept else { return }
      hasSlept = true
      // What its machine has seen of the files stays as it was for as long.
      cluster.isSeen = false
      for _ in 0..<1000 { try cluster.pass() }
      cluster.isSeen = true
    }
    #expect(hasSlept && run.measuredOnce == [0, 1, 2] && cluster.begun.sorted() == [0, 1, 2])
    #expect(!tellsOfLosses(run), "\(run.notes.all)")
  }
}
