import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("tasks in processes of this machine")
struct LocalProcessesTests {
  @Test("does not take half an answer of a dying worker")
  func halfAnAnswer() throws {
    let driver = try ExecutorDriver(
      onTask: """
        if mkdir "$folder/$trial" 2>/dev/null; then
          printf '{"id":%s,"status":"measured"' $id; kill -9 $$
        fi
        answer
        """)
    #expect(try driver.run(0..<2) == ExecutorDriver.expected(0..<2))
  }

  @Test("does not mind what is no answer, or no answer to this task")
  func garbage() throws {
    let driver = try ExecutorDriver(
      onTask: """
        say 'a message of the runtime'
        say ''
        say '{"id":'
        say '{"id":7777,"status":"measured"}'
        say '{"status":"measured"}'
        printf '\\377\\300\\n'
        answer
        """)
    #expect(try driver.run(0..<3) == ExecutorDriver.expected(0..<3))
  }

  @Test("puts answers together that arrive in pieces, and takes apart those that arrive at once")
  func pieces() throws {
    let driver = try ExecutorDriver(
      onTask: """
        text=$(say '{"id":'$id',"status":"progress","share":0.5}'; answer)
        head=${text%??????????}
        printf '%s' "$head"; sleep 0.02; printf '%s\\n' "${text#"$head"}"
        """)
    #expect(try driver.run(0..<3) == ExecutorDriver.expected(0..<3))
  }

  @Test("gives up on workers that end before they are ready, and blames no task")
  func neverReady() throws {
    let driver = try ExecutorDriver(capacity: 2, atStart: "exit 1")
    expectError(["cannot start the worker process '/bin/sh ", "before it was ready"]) {
      _ = try driver.run(0..<3)
    }
  }

  @Test("ends its processes too where they have nothing to do")
  func endsIdle() throws {
    let temporary = try TemporaryFolder()
    let worker = try FakeWorker(in: temporary)
    var executor: LocalProcesses? = try LocalProcesses(workerCount: 2, command: worker.command)
    let path = worker.command[1]
    #expect(Processes.wait(seconds: 10) { Processes.running(path).count == 2 })
    #expect(executor?.idleCount == 2)
    executor = nil
    #expect(Processes.wait(seconds: 10) { Processes.running(path).isEmpty })
  }

  @Test("says which command cannot be started")
  func cannotStart() {
    expectError(["cannot start the worker process '/no/such/program worker'"]) {
      _ = try LocalProcesses(workerCount: 1, command: ["/no/such/program", "worker"])
    }
  }
}
