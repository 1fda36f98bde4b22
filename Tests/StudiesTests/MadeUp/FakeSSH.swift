import Foundation
import TestSupport
import Testing

@testable import Studies

/// A script that plays `ssh HOST COMMAND…`: it runs the command here, and writes down for which host.
struct FakeSSH {
  let temporary: TemporaryFolder
  let path: String

  /// - Parameter before: What it does before it runs the command; `$host` is the host.
  init(in temporary: TemporaryFolder, before: String = ":") throws {
    self.temporary = temporary
    path = temporary.file("ssh")
    try temporary.write(
      """
      host=$1; shift
      echo "$host" >> '\(temporary.path)/hosts'
      \(before)
      # As sshd does: the words become one line of a shell.
      exec /bin/sh -c "exec $*"

      """, to: "ssh")
  }

  /// The hosts of all calls, in their order.
  var hosts: [String] {
    ((try? String(contentsOfFile: temporary.file("hosts"), encoding: .utf8)) ?? "")
      .split(separator: "\n").map(String.init)
  }

  func commands(for worker: FakeWorker, hosts: [String] = ["a", "b"]) throws -> WorkerCommands {
    let settings = CommandSettings(
      workers: nil, command: ["/bin/sh", path, "{host}"] + worker.command + ["{quoted_study}"],
      hosts: hosts)
    return WorkerCommands(settings, study: temporary.path + "/a study")
  }
}
