import FileFormats
import Foundation

/// Who works on a study: what a process writes into the file whose lock it holds.
///
/// The lock alone says whether somebody does. It goes away with its process however it ends; what stands in the
/// file after that is of no meaning.
public struct LockOwner: Hashable, Sendable, Codable {
  public var host: String
  /// The process's number on that host.
  public var process: Int32
  /// When the lock was taken, in UTC, as ISO 8601 writes it.
  public var since: String
  /// As a shell would be given it.
  public var command: String

  package init(host: String, process: Int32, since: String, command: String) {
    (self.host, self.process, self.since, self.command) = (host, process, since, command)
  }

  /// This process, now.
  package static var current: LockOwner {
    var arguments = CommandLine.arguments
    if let program = arguments.first { arguments[0] = (program as NSString).lastPathComponent }
    let words = arguments.map(ShellWord.quoted).joined(separator: " ")
    return LockOwner(
      host: ProcessInfo.processInfo.hostName, process: getpid(),
      since: Date.now.formatted(.iso8601), command: String(words.prefix(1000)))
  }
}

extension LockOwner: CustomStringConvertible {
  public var description: String {
    "\(command) (process \(process) on \(host), since \(since))"
  }
}
