import FileFormats
import Foundation
import Testing

@testable import Studies

@Suite("how workers are started elsewhere")
struct WorkerCommandsTests {
  private func settings(_ words: String..., hosts: [String] = []) throws -> CommandSettings {
    func list(_ texts: [String]) -> String {
      JSONText.array(texts.map(JSONText.text)).formatted
    }
    let json =
      "{\"command\": {\"command\": \(list(words)), \"hosts\": \(list(hosts))}}"
    let definition = try StudyText.tiny.setting("executor", json).definition()
    return try #require(definition.executor.command)
  }

  @Test("each placeholder stands for its value, and no value is read again")
  func placeholders() throws {
    let commands = WorkerCommands(
      try settings(
        "/bin/ssh", "-p{worker}", "{host}", "x={study}", "{quoted_study}",
        hosts: ["a{worker}", "b"]),
      study: "/a {host}'s study")
    #expect(commands.hosts == ["a{worker}", "b"] && commands.executor == "command")
    #expect(
      commands.words(worker: 3, host: "a{worker}") == [
        "/bin/ssh", "-p3", "a{worker}", "x=/a {host}'s study", "'/a {host}'\\''s study'",
      ])
  }

  @Test("a program without a folder is looked for in PATH")
  func path() throws {
    let commands = WorkerCommands(try settings("sh", "{study}"), study: "/s")
    let words = commands.words(worker: 0, host: "")
    #expect(words.count == 2 && words[0].hasSuffix("/sh") && words[0].hasPrefix("/"))
    let missing = WorkerCommands(try settings("no-such-program", "{study}"), study: "/s")
    #expect(missing.words(worker: 0, host: "")[0] == "no-such-program")
  }

  @Test("a connection that is lost says nothing of its task, other ends do")
  func connections() throws {
    let commands = WorkerCommands(try settings("ssh", "{study}"), study: "/s")
    let lost = ProcessLoss.own(.failed, "exit status 255")
    guard case .killed = commands.meaning(of: lost) else {
      Issue.record("blamed")
      return
    }
    let own = ProcessLoss.own(.failed, "exit status 1")
    #expect(commands.meaning(of: own) == own && WorkerCommands(["x"]).meaning(of: lost) == lost)
  }

  @Test("the command of this machine is left as it is")
  func local() {
    let command = ["/bin/echo", "{study}", "{host}"]
    #expect(WorkerCommands(command).words(worker: 1, host: "") == command)
  }
}

@Suite("the hosts of workers")
struct WorkerHostsTests {
  @Test("are taken in turn, another one after each loss")
  func turns() {
    var hosts = WorkerHosts(["a", "b", "c"])
    #expect((0..<4).map { hosts.host(of: $0) } == ["a", "b", "c", "a"])
    hosts.advance(1)
    hosts.advance(2)
    #expect(hosts.host(of: 1) == "c" && hosts.host(of: 2) == "a")
  }

  @Test("are not used any more after three starts in a row that failed")
  func excluded() {
    var hosts = WorkerHosts(["a", "b"])
    var failures = (0..<2).map { _ in hosts.hasFailed(0) }
    hosts.hasStarted(0)
    failures += [0, 2].map { hosts.hasFailed($0) }
    #expect(failures == [false, false, false, false] && hosts.excluded.isEmpty)
    let isLast = hosts.hasFailed(0)
    #expect(isLast && hosts.excluded == ["a"] && !hosts.isExhausted)
    hosts.advance(0)
    #expect(hosts.host(of: 0) == "b")
    hosts.advance(0)
    #expect(hosts.host(of: 0) == "b")
    for _ in 0..<3 { _ = hosts.hasFailed(0) }
    #expect(hosts.isExhausted)
  }

  @Test("may be one, which is used again")
  func one() {
    var hosts = WorkerHosts([""])
    hosts.advance(0)
    #expect(hosts.host(of: 0) == "")
  }
}
