import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Studies

/// Notes for people, as they come.
private final class Notes: Sendable {
  private let all = Mutex<[String]>([])

  func take(_ note: String) { all.withLock { $0.append(note) } }

  func has(_ text: String) -> Bool { all.withLock { $0.contains { $0.contains(text) } } }
}

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

  @Test("ends a task whose time is over, after its second attempt")
  func timeLimit() throws {
    var settings = ExecutorDriver.hasty
    settings.limits.flashMinutes = 0.01
    let driver = try ExecutorDriver(
      capacity: 2, onTask: "[ $trial = 1 ] && { : > \"$folder/began-$$\"; sleep 30; }; answer",
      settings: settings)
    var expected = ExecutorDriver.expected(0..<4)
    expected[1] = .some(nil)
    #expect(try driver.run(0..<4) == expected)
    #expect(driver.losses == [1: .timedOut])
    let names = try FileManager.default.contentsOfDirectory(atPath: driver.temporary.path)
    #expect(names.count { $0.hasPrefix("began-") } == 2)
  }

  @Test("kills a worker that does not hear that its time is over")
  func stubborn() throws {
    var settings = ExecutorDriver.hasty
    (settings.limits.flashMinutes, settings.graceSeconds) = (0.005, 0.3)
    let driver = try ExecutorDriver(
      onTask: "trap '' TERM; [ $trial = 0 ] && while :; do sleep 0.1; done; answer",
      settings: settings)
    #expect(try driver.run(0..<2) == [0: Int?.none, 1: FakeWorker.correct(1)])
    #expect(driver.losses == [0: .timedOut])
  }

  @Test("takes the result of a task whose time is over, if it still comes")
  func lateResult() throws {
    var settings = ExecutorDriver.hasty
    settings.limits.flashMinutes = 0.005
    let driver = try ExecutorDriver(
      onTask:
        "[ $trial = 0 ] && { trap 'answer; exit 0' TERM; while :; do sleep 0.05; done; }; answer",
      settings: settings)
    #expect(try driver.run(0..<3) == ExecutorDriver.expected(0..<3))
    #expect(driver.losses.isEmpty)
  }

  /// Runs three tasks; the first one's worker stops itself.
  private func stopped(_ settings: WorkerSettings, _ notes: Notes) throws -> [TaskOutcome] {
    let temporary = try TemporaryFolder()
    let worker = try FakeWorker(
      in: temporary,
      onTask: "[ $trial = 0 ] && mkdir \"$folder/once\" 2>/dev/null && kill -STOP $$; answer")
    let executor = try LocalProcesses(
      workerCount: 1, command: worker.command, settings: settings, note: notes.take)
    _ = executor.submit(ExecutorDriver.task(0))
    let end = Date(timeIntervalSinceNow: 20)
    let (_, outcome) = try executor.wait {
      if Date() > end { throw ExecutorDriver.TooSlow() }
      // Whoever is told of it lets it go on.
      if notes.has("is stopped (T)"), settings.limits.flashMinutes == nil {
        for process in Processes.running(worker.command[1]) { kill(process, SIGCONT) }
      }
    }
    return [outcome]
  }

  @Test("tells of a worker that is stopped, and continues when it continues")
  func stoppedWorker() throws {
    var settings = ExecutorDriver.hasty
    settings.silenceSeconds = (stopped: 0.3, any: 60)
    let notes = Notes()
    let outcomes = try stopped(settings, notes)
    #expect(outcomes.first?.result?.validation?.correct == FakeWorker.correct(0))
    #expect(notes.has("has said nothing for") && notes.has("trial 0, flash training"))
  }

  @Test("replaces a worker that is stopped for longer than its task may take, and blames no task")
  func stoppedTooLong() throws {
    var settings = ExecutorDriver.hasty
    (settings.limits.flashMinutes, settings.retries.attempts) = (0.005, 1)
    let notes = Notes()
    let outcomes = try stopped(settings, notes)
    #expect(outcomes.first?.result?.validation?.correct == FakeWorker.correct(0))
    #expect(notes.has("ended from outside (stopped by SIGSTOP"))
  }

  @Test("keeps the last words of lost workers, and says the line that tells most")
  func lastWords() throws {
    let temporary = try TemporaryFolder()
    let worker = try FakeWorker(
      in: temporary,
      onTask: """
        [ $trial = 1 ] || { echo 'nothing of interest' >&2; answer; continue; }
        echo 'first' >&2; printf 'Fatal error: \\033[1mbroken\n' >&2; echo 'a trace' >&2
        kill -ABRT $$
        """)
    var settings = ExecutorDriver.hasty
    settings.logs = temporary.file("logs")
    let executor = try LocalProcesses(
      workerCount: 1, command: worker.command, settings: settings)
    for trial in 0..<2 {
      _ = executor.submit(ExecutorDriver.task(trial))
      let (_, outcome) = try executor.wait {}
      guard trial == 1 else { continue }
      let path = temporary.file("logs/trial-1-flash-0.log")
      guard case .lost(.crashed, let note) = outcome else { Issue.record("\(outcome)"); return }
      #expect(note == "SIGABRT; \(path): Fatal error:  [1mbroken")
      let kept = try String(contentsOfFile: path, encoding: .utf8)
      #expect(kept.components(separatedBy: "a trace").count == 3)
      #expect(kept.contains("attempt 1") && kept.contains("attempt 2"))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: temporary.file("logs"))
    #expect(names == ["trial-1-flash-0.log"])
  }

  @Test("says who works on a task, and for which time")
  func places() throws {
    let driver = try ExecutorDriver(
      capacity: 2,
      onTask: """
        [ $trial = 0 ] && mkdir "$folder/once" 2>/dev/null && kill -9 $$
        : > "$folder/at-$trial"; while [ ! -e "$folder/go" ]; do sleep 0.01; done; answer
        """)
    for trial in 0..<2 { _ = driver.executor.submit(ExecutorDriver.task(trial)) }
    let deadline = driver.deadline()
    _ = try driver.executor.wait {
      try deadline()
      let running = driver.executor.running
      guard driver.temporary.has("at-0"), driver.temporary.has("at-1"), !driver.temporary.has("go")
      else { return }
      #expect(running.map(\.place?.worker) == [0, 1])
      #expect(running.map(\.place?.attempt) == [2, 1])
      let processes = running.compactMap(\.place?.process)
      #expect(Set(processes).count == 2 && processes.allSatisfy { kill($0, 0) == 0 })
      try driver.temporary.write("", to: "go")
    }
  }

  @Test("ends a worker that is stopped when it is let go of")
  func endsStopped() throws {
    let temporary = try TemporaryFolder()
    let worker = try FakeWorker(in: temporary, onTask: "kill -STOP $$")
    let path = worker.command[1]
    var executor: LocalProcesses? = try LocalProcesses(workerCount: 1, command: worker.command)
    _ = executor?.submit(ExecutorDriver.task(0))
    #expect(Processes.wait(seconds: 10) { !Processes.running(path).isEmpty })
    _ = try? executor?.wait { throw ExecutorDriver.TooSlow() }
    usleep(200_000)
    executor = nil
    #expect(Processes.wait(seconds: 2) { Processes.running(path).isEmpty })
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
