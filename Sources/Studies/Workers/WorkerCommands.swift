import FileFormats
import Foundation

/// How the processes of workers are started: by which command, and on which machines in turn.
struct WorkerCommands: Sendable {
  /// As `status` calls it.
  let executor: String
  /// Where workers are started in turn; one without a name where the command says it.
  let hosts: [String]
  private let words: [String]
  /// By its absolute path.
  private let study: String

  /// The same command for all workers, on this machine.
  init(_ command: [String]) {
    (executor, hosts, words, study) = (ExecutorSettings.Kind.local.rawValue, [""], command, "")
  }

  /// A command with placeholders, for other machines.
  init(_ settings: CommandSettings, study: String) {
    executor = ExecutorSettings.Kind.command.rawValue
    hosts = settings.hosts.isEmpty ? [""] : settings.hosts
    (words, self.study) = (settings.command, study)
  }

  /// Returns the command of a worker, its program by its path.
  func words(worker: Int, host: String) -> [String] {
    guard executor != ExecutorSettings.Kind.local.rawValue else { return words }
    // One pass, so that what stands for a placeholder is not read again.
    let filled = words.map { word in
      word.replacing(#/\{[a-z_]+\}/#) { match in
        switch String(match.output) {
        case CommandSettings.study: study
        case CommandSettings.quotedStudy: ShellWord.quoted(study)
        case CommandSettings.host: host
        case CommandSettings.worker: "\(worker)"
        default: String(match.output)
        }
      }
    }
    return [WorkerCommands.path(of: filled[0])] + filled.dropFirst()
  }

  /// Returns what the end of a process says of its task: a connection that is lost (255, as `ssh` has it) says
  /// nothing.
  func meaning(of loss: ProcessLoss) -> ProcessLoss {
    guard executor != ExecutorSettings.Kind.local.rawValue, case .own(.failed, let seen) = loss,
      seen == "exit status 255"
    else { return loss }
    return .killed("\(seen): its connection was lost")
  }

  /// Returns where a program is, as a shell would find it.
  private static func path(of program: String) -> String {
    guard !program.contains("/") else { return program }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(
      separator: ":")
    return folders.map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? program
  }
}

/// On which machines the workers of a command are, and which of them cannot be used.
struct WorkerHosts: Sendable {
  private let hosts: [String]
  private var current: [Int: Int] = [:]
  private var failedStarts: [String: Int] = [:]
  /// Those where workers ended before they were ready, again and again.
  private(set) var excluded: [String] = []

  private let mostFailedStarts: Int

  init(_ hosts: [String], mostFailedStarts: Int = 3) {
    (self.hosts, self.mostFailedStarts) = (hosts, mostFailedStarts)
  }

  /// The name of a worker's machine; nil where it has none.
  func name(of worker: Int) -> String? {
    let host = host(of: worker)
    return host.isEmpty ? nil : host
  }

  /// The machine of a worker.
  func host(of worker: Int) -> String { hosts[current[worker] ?? worker % hosts.count] }

  /// Chooses the machine for a worker's next start: another one than the last, where there is one.
  mutating func advance(_ worker: Int) {
    let now = current[worker] ?? worker % hosts.count
    for step in 1...hosts.count {
      let next = (now + step) % hosts.count
      if !excluded.contains(hosts[next]) {
        current[worker] = next
        return
      }
    }
  }

  /// A worker was ready on its machine.
  mutating func hasStarted(_ worker: Int) { failedStarts[host(of: worker)] = 0 }

  /// A worker ended before it was ready.
  ///
  /// - Returns: Whether its machine is not used any more from now on.
  mutating func hasFailed(_ worker: Int) -> Bool {
    let host = host(of: worker)
    failedStarts[host, default: 0] += 1
    guard failedStarts[host, default: 0] >= mostFailedStarts, !excluded.contains(host)
    else { return false }
    excluded.append(host)
    return true
  }

  /// Whether there is no machine left.
  var isExhausted: Bool { Set(excluded).isSuperset(of: hosts) }
}
