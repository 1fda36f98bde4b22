import Foundation
import Processes
import Testing

@Suite("a child process")
struct ChildProcessTests {
  private func shell(_ text: String, adding variables: [String: String] = [:]) throws
    -> ChildProcess
  {
    signal(SIGPIPE, SIG_IGN)
    return try ChildProcess(["/bin/sh", "-c", text], adding: variables)
  }

  /// Waits until it has ended and returns all that it has written.
  private func all(of child: ChildProcess) -> (output: String, errors: String) {
    var (output, errors) = (Data(), Data())
    let end = Date(timeIntervalSinceNow: 20)
    while Date() < end {
      let hasEnded = child.hasEnded()
      output.append(child.readOutput())
      errors.append(child.readErrors())
      if hasEnded { break }
      _ = ChildProcess.ready(among: [child], waitingMilliseconds: 20)
    }
    return (String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
  }

  @Test("reads what it is sent, and answers on two streams")
  func streams() throws {
    let child = try shell("read line; echo \"got $line\"; echo trouble >&2; cat; exit 3")
    #expect(child.write(Data("one\ntwo\n".utf8)))
    child.closeInput()
    let said = all(of: child)
    #expect(said.output == "got one\ntwo\n" && said.errors == "trouble\n")
    #expect(child.end == .status(3))
  }

  @Test("tells the signal that has ended it")
  func signals() throws {
    for (name, number) in [("KILL", SIGKILL), ("SEGV", SIGSEGV), ("TERM", SIGTERM)] {
      let child = try shell("kill -\(name) $$")
      _ = all(of: child)
      #expect(child.end == .signal(number))
    }
  }

  @Test("has the variables that it is given, and the others of this process")
  func environment() throws {
    let child = try shell(
      "echo \"$OWN ${PATH:+path} $HOME_OF_IT\"", adding: ["OWN": "a b", "HOME_OF_IT": "é"])
    #expect(all(of: child).output == "a b path é\n")
  }

  @Test("does not take what is sent to it when it is dead")
  func dead() throws {
    let child = try shell("exit 0")
    _ = all(of: child)
    #expect(!child.write(Data("late\n".utf8)))
    child.send(SIGTERM)
    #expect(child.end == .status(0))
  }

  @Test("is one of those that have something to say")
  func ready() throws {
    let (silent, loud) = (try shell("sleep 30"), try shell("echo loud; sleep 30"))
    #expect(ChildProcess.ready(among: [silent, loud], waitingMilliseconds: 10_000) == [1])
    #expect(String(decoding: loud.readOutput(), as: UTF8.self) == "loud\n")
    #expect(ChildProcess.ready(among: [silent, loud], waitingMilliseconds: 50).isEmpty)
    #expect(ChildProcess.ready(among: [], waitingMilliseconds: 1).isEmpty)
  }

  @Test("may say more than a pipe holds")
  func much() throws {
    let child = try shell("head -c 3000000 /dev/zero; head -c 300000 /dev/zero >&2")
    let said = all(of: child)
    #expect(said.output.utf8.count + child.readOutput().count == 3_000_000)
    #expect(said.errors.utf8.count == 300_000)
  }

  @Test(
    "is killed with all that it has started where it does not end in time, and where it is let go of"
  )
  func stubborn() throws {
    let marker = "32.0\(UInt32.random(in: 0..<1_000_000))"
    var child: ChildProcess? = try shell("trap '' TERM; sleep \(marker); sleep \(marker)")
    usleep(100_000)
    child?.send(SIGTERM)
    child?.finish(within: 0.2)
    #expect(child?.end == .signal(SIGKILL))
    child = try shell("sleep \(marker); sleep \(marker)")
    usleep(100_000)
    child = nil
    let ended = try SystemCommand.run(
      ["sh", "-c", "sleep 0.2; ps -eo args | grep -c '^sleep \(marker)'"], timeLimitSeconds: 20,
      isCancelled: { false })
    #expect(ended.output == "0\n")
  }

  @Test("that cannot be started says why")
  func cannotStart() {
    #expect(throws: SystemCommand.CannotStart.self) { try ChildProcess(["/no/such/program"]) }
  }
}
