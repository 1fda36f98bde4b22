import Foundation
import TestSupport
import Testing

@testable import Studies

/// What `TaskExecutor` promises, of every executor.
@Suite("an executor of tasks")
struct TaskExecutorTests {
  @Test("returns the answer of every task", arguments: ExecutorKind.allCases, [1, 3])
  func answers(_ kind: ExecutorKind, capacity: Int) throws {
    let driver = try ExecutorDriver(kind, capacity: capacity)
    #expect(driver.executor.isIdle && driver.executor.idleCount == capacity)
    #expect(try driver.run(0..<12) == ExecutorDriver.expected(0..<12))
    #expect(driver.executor.isIdle)
  }

  @Test("gives the task of a worker that dies to a new one", arguments: ExecutorKind.allCases)
  func retries(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, capacity: 2,
      onTask: "mkdir \"$folder/$trial\" 2>/dev/null && [ $((trial % 3)) = 1 ] && kill -9 $$; answer"
    )
    #expect(try driver.run(0..<6) == ExecutorDriver.expected(0..<6))
  }

  @Test(
    "takes a task for lost whose worker died twice by itself, and continues with the others",
    arguments: ExecutorKind.allCases)
  func crashes(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, capacity: 2, onTask: "[ $trial = 2 ] && kill -SEGV $$; answer")
    var expected = ExecutorDriver.expected(0..<5)
    expected[2] = .some(nil)
    #expect(try driver.run(0..<5) == expected)
    #expect(driver.losses.map(\.value) == [.crashed] && driver.losses.keys.first == 2)
  }

  @Test(
    "does not blame a task whose worker is killed from outside, however often",
    arguments: ExecutorKind.allCases)
  func kills(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, capacity: 2,
      onTask: """
        [ $trial = 2 ] && for n in 1 2 3 4; do
          mkdir "$folder/kill-$n" 2>/dev/null && kill -$([ $n = 2 ] && echo TERM || echo 9) $$
        done
        answer
        """, settings: ExecutorDriver.hasty)
    #expect(try driver.run(0..<5) == ExecutorDriver.expected(0..<5))
    #expect(driver.losses.isEmpty)
  }

  @Test(
    "ends with an error, and no verdict, where kills keep everything from getting on",
    arguments: ExecutorKind.allCases)
  func killedForEver(_ kind: ExecutorKind) throws {
    var settings = ExecutorDriver.hasty
    settings.retries.mostKills = 5
    let driver = try ExecutorDriver(
      kind, capacity: 2, onTask: "[ $trial = 2 ] && kill -9 $$; answer", settings: settings)
    expectError([
      "trial 2", "from outside 5 times in a row", "SIGKILL", "says nothing about the student",
    ]) {
      _ = try driver.run(0..<5)
    }
    #expect(driver.losses.isEmpty)
  }

  @Test("takes a worker that ends without an answer for dead", arguments: ExecutorKind.allCases)
  func ends(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(kind, onTask: "[ $trial = 0 ] && exit 0; answer")
    #expect(try driver.run(0..<2) == [0: Int?.none, 1: FakeWorker.correct(1)])
    #expect(driver.losses == [0: .failed])
  }

  @Test("counts a late result of a task thought lost once", arguments: ExecutorKind.allCases)
  func lateResult(_ kind: ExecutorKind) throws {
    // What answers outlives its worker, and the task is done again meanwhile.
    let driver = try ExecutorDriver(
      kind, capacity: 2,
      onTask: """
        if [ $trial = 1 ] && mkdir "$folder/once" 2>/dev/null; then
          trap '' PIPE; (sleep 0.2; answer; answer) 2>/dev/null & kill -9 $$
        fi
        [ $trial = 1 ] && sleep 0.4
        answer; answer
        """)
    #expect(try driver.run(0..<6) == ExecutorDriver.expected(0..<6))
    #expect(driver.losses.isEmpty)
  }

  @Test("continues after a start that failed, and blames no task", arguments: ExecutorKind.allCases)
  func secondStart(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, atStart: "mkdir \"$folder/once\" 2>/dev/null && kill -9 $$")
    #expect(try driver.run(0..<3) == ExecutorDriver.expected(0..<3))
  }

  @Test("gives up where nothing can be started", arguments: ExecutorKind.allCases)
  func neverReady(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(kind, capacity: 2, atStart: "exit 1")
    #expect(throws: StudyError.self) { try driver.run(0..<3) }
  }

  @Test("replaces a worker that died while it had nothing to do", arguments: ExecutorKind.allCases)
  func diesIdle(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, onTask: "answer; mkdir \"$folder/died\" 2>/dev/null && kill -9 $$")
    #expect(try driver.run(0..<1) == ExecutorDriver.expected(0..<1))
    usleep(100_000)
    #expect(try driver.run(1..<4) == ExecutorDriver.expected(1..<4))
  }

  @Test(
    "says how far its tasks are, in the order of their numbers", arguments: ExecutorKind.allCases)
  func progress(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(
      kind, capacity: 2,
      onTask: """
        # Again and again, as one that is silent for long would be taken for dead.
        until [ -e "$folder/go" ] || [ ! -d "$folder" ]; do
          say '{"id":'$id',"status":"progress","share":0.'$((id + 3))'}'
          sleep 0.05
        done
        answer
        """)
    _ = driver.executor.submit(ExecutorDriver.task(1))
    _ = driver.executor.submit(ExecutorDriver.task(0))
    #expect(driver.executor.idleCount == 0)
    let deadline = driver.deadline(seconds: 20)
    _ = try driver.executor.wait {
      try deadline()
      let running = driver.executor.running
      if running.map(\.share) == [0.3, 0.4] {
        #expect(running.map(\.number) == [0, 1] && running.map(\.task.trial) == [1, 0])
        try driver.temporary.write("", to: "go")
      }
    }
    #expect(driver.executor.running.count == 1)
    _ = try driver.executor.wait(tick: deadline)
    #expect(driver.executor.running.isEmpty)
  }

  @Test(
    "throws what a worker gives as the reason that it cannot continue",
    arguments: ExecutorKind.allCases)
  func failed(_ kind: ExecutorKind) throws {
    for (atStart, onTask) in [
      ("say '{\"id\":-1,\"status\":\"failed\",\"message\":\"the disk is full\"}'", ":"),
      ("", "say '{\"id\":'$id',\"status\":\"failed\",\"message\":\"the disk is full\"}'"),
    ] {
      let driver = try ExecutorDriver(kind, atStart: atStart, onTask: onTask)
      #expect(throws: StudyError.worker("the disk is full")) { try driver.run(0..<1) }
    }
  }

  @Test("stops waiting when its tick throws", arguments: ExecutorKind.allCases)
  func tickThrows(_ kind: ExecutorKind) throws {
    let driver = try ExecutorDriver(kind, onTask: "sleep 20")
    _ = driver.executor.submit(ExecutorDriver.task(0))
    let began = Date()
    #expect(throws: StudyError.interrupted) {
      try driver.executor.wait { throw StudyError.interrupted }
    }
    #expect(throws: ExecutorDriver.TooSlow.self) {
      try driver.executor.wait(tick: driver.deadline(seconds: 0.3))
    }
    #expect(Date().timeIntervalSince(began) < 10)
  }

  @Test("ends what it executes when it is let go of", arguments: ExecutorKind.allCases)
  func endsWorkers(_ kind: ExecutorKind) throws {
    let temporary = try TemporaryFolder()
    let worker = try kind.worker(in: temporary, onTask: "while :; do sleep 0.05; done")
    var executor: (any TaskExecutor)? = try kind.make(
      capacity: 2, worker: worker, in: temporary)
    _ = executor?.submit(ExecutorDriver.task(0))
    let path = worker.command[1]
    // An executor may begin only when it is waited for.
    let hasBegun = Processes.wait(seconds: 60) {
      var turns = 0
      _ = try? executor?.wait {
        turns += 1
        if turns > 1 { throw ExecutorDriver.TooSlow() }
      }
      return !Processes.running(path).isEmpty
    }
    #expect(hasBegun)
    executor = nil
    #expect(Processes.wait(seconds: 10) { Processes.running(path).isEmpty })
  }
}
