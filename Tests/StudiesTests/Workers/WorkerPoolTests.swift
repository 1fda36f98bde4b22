import Foundation
import TestSupport
import Testing

@testable import Studies

/// Gives a pool tasks and takes what comes of them.
private struct Driver {
  let temporary: TemporaryFolder
  let pool: WorkerPool

  init(workers: Int = 1, atStart: String = "", onTask: String = "answer") throws {
    temporary = try TemporaryFolder()
    let worker = try FakeWorker(in: temporary, atStart: atStart, onTask: onTask)
    pool = try WorkerPool(workerCount: workers, command: worker.command)
  }

  static func task(_ id: Int) -> WorkerTask {
    WorkerTask(id: id, kind: .flash, trial: id, key: "k\(id)", repetition: 0)
  }

  /// Works through tasks and returns their outcomes by number: right answers, or nil for a crash.
  func run(_ ids: Range<Int>) throws -> [Int: Int?] {
    var outcomes: [Int: Int?] = [:]
    var waiting = ids[...]
    while true {
      while pool.idleCount > 0, let id = waiting.popFirst() { pool.submit(Self.task(id)) }
      if pool.isIdle { return outcomes }
      switch try pool.wait(tick: deadline()) {
      case .replied(let task, let reply):
        #expect(outcomes[task.id] == nil && reply.id == task.id)
        outcomes[task.id] = .some(reply.validation?.correct)
      case .crashed(let task):
        #expect(outcomes[task.id] == nil)
        outcomes[task.id] = .some(nil)
      }
    }
  }

  struct TooSlow: Error {}

  /// A tick that ends the waiting if nothing comes.
  func deadline(seconds: Double = 20) -> () throws -> Void {
    let end = Date(timeIntervalSinceNow: seconds)
    return { if Date() > end { throw TooSlow() } }
  }

  static func expected(_ ids: Range<Int>) -> [Int: Int?] {
    Dictionary(uniqueKeysWithValues: ids.map { ($0, FakeWorker.correct($0)) })
  }
}

@Suite("a pool of workers")
struct WorkerPoolTests {
  @Test("returns the answer of every task", arguments: [1, 3])
  func answers(workers: Int) throws {
    let driver = try Driver(workers: workers)
    #expect(driver.pool.isIdle && driver.pool.idleCount == workers)
    #expect(try driver.run(0..<12) == Driver.expected(0..<12))
    #expect(driver.pool.isIdle)
  }

  @Test("gives the task of a worker that dies to a new one")
  func retries() throws {
    let driver = try Driver(
      workers: 2,
      onTask: "mkdir \"$folder/$trial\" 2>/dev/null && [ $((trial % 3)) = 1 ] && kill -9 $$; answer"
    )
    #expect(try driver.run(0..<6) == Driver.expected(0..<6))
  }

  @Test("takes a task for crashed whose worker died twice, and goes on with the others")
  func crashes() throws {
    let driver = try Driver(workers: 2, onTask: "[ $trial = 2 ] && kill -9 $$; answer")
    var expected = Driver.expected(0..<5)
    expected[2] = .some(nil)
    #expect(try driver.run(0..<5) == expected)
  }

  @Test("takes a worker that ends without an answer for dead")
  func ends() throws {
    let driver = try Driver(onTask: "[ $trial = 0 ] && exit 0; answer")
    #expect(try driver.run(0..<2) == [0: Int?.none, 1: FakeWorker.correct(1)])
  }

  @Test("does not take half an answer of a dying worker")
  func halfAnAnswer() throws {
    let driver = try Driver(
      onTask: """
        if mkdir "$folder/$trial" 2>/dev/null; then
          printf '{"id":%s,"status":"measured"' $id; kill -9 $$
        fi
        answer
        """)
    #expect(try driver.run(0..<2) == Driver.expected(0..<2))
  }

  @Test("starts a worker anew that died while it had nothing to do")
  func diesIdle() throws {
    let driver = try Driver(
      onTask: "answer; mkdir \"$folder/died\" 2>/dev/null && kill -9 $$")
    #expect(try driver.run(0..<1) == Driver.expected(0..<1))
    usleep(100_000)
    #expect(try driver.run(1..<4) == Driver.expected(1..<4))
  }

  @Test("does not mind what is no answer, or no answer to this task")
  func garbage() throws {
    let driver = try Driver(
      onTask: """
        say 'a message of the runtime'
        say ''
        say '{"id":'
        say '{"id":7777,"status":"measured"}'
        say '{"status":"measured"}'
        printf '\\377\\300\\n'
        answer
        """)
    #expect(try driver.run(0..<3) == Driver.expected(0..<3))
  }

  @Test("puts answers together that arrive in pieces, and takes apart those that arrive at once")
  func pieces() throws {
    let driver = try Driver(
      onTask: """
        text=$(say '{"id":'$id',"status":"progress","share":0.5}'; answer)
        head=${text%??????????}
        printf '%s' "$head"; sleep 0.02; printf '%s\\n' "${text#"$head"}"
        """)
    #expect(try driver.run(0..<3) == Driver.expected(0..<3))
  }

  @Test("says how far its tasks are, in the order of their numbers")
  func progress() throws {
    let driver = try Driver(
      workers: 2,
      onTask: """
        say '{"id":'$id',"status":"progress","share":0.'$((id + 3))'}'
        while [ ! -e "$folder/go" ]; do sleep 0.01; done
        answer
        """)
    driver.pool.submit(Driver.task(1))
    driver.pool.submit(Driver.task(0))
    #expect(driver.pool.idleCount == 0)
    let deadline = driver.deadline()
    _ = try driver.pool.wait {
      try deadline()
      let running = driver.pool.running
      if running.map(\.share) == [0.3, 0.4] {
        #expect(running.map(\.task.id) == [0, 1])
        try driver.temporary.write("", to: "go")
      }
    }
    #expect(driver.pool.running.count == 1)
    _ = try driver.pool.wait(tick: deadline)
    #expect(driver.pool.running.isEmpty)
  }

  @Test("throws what a worker gives as the reason that it cannot go on")
  func failed() throws {
    for (atStart, onTask) in [
      ("say '{\"id\":-1,\"status\":\"failed\",\"message\":\"the disk is full\"}'", ":"),
      ("", "say '{\"id\":'$id',\"status\":\"failed\",\"message\":\"the disk is full\"}'"),
    ] {
      let driver = try Driver(atStart: atStart, onTask: onTask)
      #expect(throws: StudyError.worker("the disk is full")) { try driver.run(0..<1) }
    }
  }

  @Test("stops waiting when its tick throws")
  func tickThrows() throws {
    let driver = try Driver(onTask: "sleep 20")
    driver.pool.submit(Driver.task(0))
    let began = Date()
    #expect(throws: StudyError.interrupted) {
      try driver.pool.wait { throw StudyError.interrupted }
    }
    #expect(throws: Driver.TooSlow.self) {
      try driver.pool.wait(tick: driver.deadline(seconds: 0.3))
    }
    #expect(Date().timeIntervalSince(began) < 10)
  }

  @Test("ends its workers when it is let go of, at work or not")
  func endsWorkers() throws {
    let temporary = try TemporaryFolder()
    let worker = try FakeWorker(in: temporary, onTask: "while :; do sleep 0.05; done")
    var pool: WorkerPool? = try WorkerPool(workerCount: 2, command: worker.command)
    pool?.submit(Driver.task(0))
    let path = worker.command[1]
    #expect(Processes.wait(seconds: 10) { Processes.running(path).count == 2 })
    pool = nil
    #expect(Processes.wait(seconds: 10) { Processes.running(path).isEmpty })
  }

  @Test("gives up on workers that end before they are ready, and blames no task")
  func neverReady() throws {
    let driver = try Driver(workers: 2, atStart: "exit 1")
    expectError(["cannot start the worker process '/bin/sh ", "before it was ready"]) {
      _ = try driver.run(0..<3)
    }
  }

  @Test("goes on after a start that failed")
  func secondStart() throws {
    let driver = try Driver(
      workers: 1, atStart: "mkdir \"$folder/once\" 2>/dev/null && kill -9 $$")
    #expect(try driver.run(0..<3) == Driver.expected(0..<3))
  }

  @Test("says which command cannot be started")
  func cannotStart() {
    expectError(["cannot start the worker process '/no/such/program worker'"]) {
      _ = try WorkerPool(workerCount: 1, command: ["/no/such/program", "worker"])
    }
  }
}

@Suite("a queue of messages")
struct MessageQueueTests {
  @Test("gives the oldest first, and nothing when it is empty")
  func order() {
    let queue = MessageQueue<Int>()
    #expect(queue.next(timeoutSeconds: 0) == nil)
    for number in 0..<5 { queue.append(number) }
    #expect((0..<5).map { _ in queue.next(timeoutSeconds: 0) } == [0, 1, 2, 3, 4])
    #expect(queue.next(timeoutSeconds: 0.01) == nil)
  }

  @Test("loses nothing of what several threads append")
  func threads() {
    let queue = MessageQueue<Int>()
    for thread in 0..<4 {
      Thread { for number in 0..<250 { queue.append(1000 * thread + number) } }.start()
    }
    var last = [-1, -1, -1, -1]
    for _ in 0..<1000 {
      guard let message = queue.next(timeoutSeconds: 10) else {
        Issue.record("a message is missing after \(last)")
        return
      }
      // Each thread's messages stay in order.
      #expect(message % 1000 == last[message / 1000] + 1)
      last[message / 1000] = message % 1000
    }
    #expect(queue.next(timeoutSeconds: 0) == nil)
  }
}
