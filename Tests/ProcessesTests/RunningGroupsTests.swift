import Foundation
import Testing

@testable import Processes

@Suite("the process groups of running programs")
struct RunningGroupsTests {
  /// Starts a shell in a process group of its own, with a child, and returns the group.
  private func start() throws -> pid_t {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "sleep 45 & sleep 45"]
    try process.run()
    let group = process.processIdentifier
    #expect(getpgid(group) == group)
    return group
  }

  /// Waits until nobody is in a group; false if that takes more than two seconds.
  private func isEmptySoon(_ group: pid_t) -> Bool {
    for _ in 0..<200 {
      if kill(-group, 0) != 0 && errno == ESRCH { return true }
      usleep(10_000)
    }
    return false
  }

  @Test("are killed with all that is in them, but those that were removed are not")
  func killed() throws {
    let groups = RunningGroups()
    let (killed, spared) = (try start(), try start())
    for group in [killed, spared] { groups.insert(group) }
    groups.remove(spared)
    groups.kill()
    #expect(isEmptySoon(killed))
    #expect(kill(-spared, 0) == 0)
    groups.insert(spared)
    groups.kill()
    #expect(isEmptySoon(spared))
  }
}
