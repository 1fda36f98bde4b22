import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Studies

/// The worker's side of the file protocol, with the run's side played by hand.
@Suite("a worker that speaks by files")
struct FileChannelTests {
  private let temporary: TemporaryFolder
  private let folder: RemoteFolder
  private let lease = LeaseName(token: "0a", index: 0, restarts: 0)

  init() throws {
    temporary = try TemporaryFolder()
    folder = RemoteFolder(StudyFolder(temporary.path))
  }

  private func channel(orphanSeconds: Double = 20) throws -> FileChannel {
    try FileChannel(
      lease, in: folder,
      hello: LeaseHello(identity: "1d", host: "n1", processor: "p", process: 1),
      patience: FileChannel.Patience(
        beatSeconds: 0.05, orphanSeconds: orphanSeconds, graceSeconds: 1))
  }

  private func records() -> [LeaseRecord] {
    RecordReader<LeaseRecord>(folder.replies(of: lease), patienceSeconds: 1).read().records
  }

  private func request(_ trial: Int, turn: String) -> RunRecord {
    let task = ExecutorDriver.task(trial)
    return RunRecord(
      .task, task: task.remoteName, turn: turn, request: WorkerRequest(id: trial, task: task))
  }

  @Test("takes each request once, and answers by the task's name")
  func answers() throws {
    let channel = try channel()
    let writer = try RecordWriter(folder.requests(to: lease))
    channel.send(WorkerReply(id: -1, status: .ready))
    try writer.append(request(4, turn: "a"))
    try writer.append(request(4, turn: "a"))
    try writer.append(request(5, turn: "b"))
    for trial in [4, 5] {
      let data = try #require(channel.next())
      let got = try JSONDecoder().decode(WorkerRequest.self, from: data)
      #expect(got.task == ExecutorDriver.task(trial))
      channel.send(WorkerReply(id: trial, status: .progress, share: 0.5))
      channel.send(WorkerReply(id: trial, TaskResult(.measured, seconds: 2, steps: 3)))
    }
    try writer.append(RunRecord(.end))
    #expect(channel.next() == nil)
    channel.close()
    let records = records().filter { $0.kind != .beat }
    #expect(records.map(\.kind) == [.hello, .reply, .took, .reply, .took, .reply, .ended])
    #expect(records[0].hello?.host == "n1" && records[1].reply?.status == .ready)
    #expect(records[3].task == ExecutorDriver.task(4).remoteName)
    #expect(records[5].reply?.result?.steps == 3)
  }

  @Test("shows that it lives, and how far it is, and stops to when it is closed")
  func beats() throws {
    let channel = try channel()
    let writer = try RecordWriter(folder.requests(to: lease))
    try writer.append(request(1, turn: "a"))
    _ = channel.next()
    channel.send(WorkerReply(id: 1, status: .progress, share: 0.25))
    #expect(
      Processes.wait(seconds: 10) {
        records().contains { $0.kind == .beat && $0.reply?.share == 0.25 && $0.task != nil }
      })
    channel.close()
    let count = records().count
    usleep(200_000)
    #expect(records().count == count && records().last?.kind == .ended)
  }

  @Test("ends when its run has been silent for long, and not while it shows its pulse")
  func orphaned() throws {
    let channel = try channel(orphanSeconds: 0.5)
    let began = ContinuousClock.now
    let pulse = Thread { [folder] in
      for number in 0..<10 {
        try? AtomicFile.write("\(number)", to: folder.pulse)
        usleep(100_000)
      }
    }
    pulse.start()
    #expect(channel.next() == nil)
    #expect(began.duration(to: .now) > .seconds(1.3))
  }

  @Test("does not take its run for gone after it was itself stopped for an hour")
  func stoppedWorker() throws {
    let time = VirtualTime()
    try Folder.create(folder.folder(of: lease))
    try AtomicFile.write("1", to: folder.pulse)
    let requests = RequestReader(
      folder, lease, FileChannel.Patience(), clock: time.clock(offsetSeconds: 300))
    #expect(requests.next() == nil)
    // The pulse that it sees is as old as its last look.
    time.pass(3600)
    #expect(requests.next() == nil)
    for _ in 0..<116 {
      time.pass(5)
      #expect(requests.next() == nil)
    }
    for _ in 0..<4 { time.pass(5); _ = requests.next() }
    guard case .orphaned? = requests.next() else {
      Issue.record("a run that is silent for 10 min while its worker looks is gone")
      return
    }
  }

  @Test("names equal tasks equally, and different ones differently")
  func names() {
    let task = ExecutorDriver.task(1)
    #expect(task.remoteName == ExecutorDriver.task(1).remoteName)
    var names = Set([task.remoteName, ExecutorDriver.task(2).remoteName])
    names.insert(StudentTask(.test, key: "k1", trial: 1).remoteName)
    names.insert(task.stating(flashFraction: 0.1).remoteName)
    names.insert(task.stating(flashFraction: 0.2).remoteName)
    #expect(names.count == 5)
    #expect(
      task.stating(flashFraction: 0.2).stating(flashFraction: 0.1)
        == task.stating(flashFraction: 0.2))
  }
}
