import Foundation
import Processes

/// Why a process that works on tasks has ended without having been let go of.
enum ProcessLoss: Hashable, Sendable {
  /// Ended from outside, which says nothing about the task; with what is known of it.
  case killed(String)
  /// By what it did itself or by a limit of the study; with what was seen.
  case own(TaskLoss, String)

  /// What was seen of it, for people.
  var seen: String {
    switch self {
    case .killed(let seen), .own(_, let seen): seen
    }
  }
}

extension ProcessLoss {
  /// Tells from a process's end why it ended.
  ///
  /// - Parameters:
  ///   - errors: The last of what it wrote to standard error.
  ///   - hasMemoryKills: Whether the kernel has killed a process for want of memory since this one began.
  init(_ end: ChildProcess.End, errors: String, hasMemoryKills: Bool) {
    switch ProcessLoss.unwrapped(end) {
    case .signal(let number):
      let name = ProcessLoss.name(ofSignal: number)
      if ProcessLoss.ownSignals.contains(number) {
        self = .own(ProcessLoss.saysNoMemory(errors) ? .outOfMemory : .crashed, name)
      } else if number == SIGKILL && hasMemoryKills {
        self = .killed("\(name), by the kernel's out-of-memory killer")
      } else {
        self = .killed(name)
      }
    case .status(let status):
      self = .own(
        ProcessLoss.saysNoMemory(errors) ? .outOfMemory : .failed, "exit status \(status)")
    }
  }

  /// What shells, containers and remote commands make of a signal is taken for the signal.
  private static func unwrapped(_ end: ChildProcess.End) -> ChildProcess.End {
    guard case .status(let status) = end, signalNames[status - 128] != nil else { return end }
    return .signal(status - 128)
  }

  /// Signals that a program gets for what it does.
  private static let ownSignals: Set<Int32> = [
    SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE, SIGTRAP, SIGSYS,
  ]

  /// Returns a signal's name, such as `SIGKILL`.
  static func name(ofSignal number: Int32) -> String {
    signalNames[number] ?? "signal \(number)"
  }

  private static let signalNames: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL",
    SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE",
    SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2",
    SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
    SIGXCPU: "SIGXCPU (processor time, ulimit -t)", SIGXFSZ: "SIGXFSZ (file size, ulimit -f)",
    SIGSYS: "SIGSYS",
  ]

  /// How the runtimes of Swift, C++ and C, and our own arena, say that there was no memory.
  private static func saysNoMemory(_ errors: String) -> Bool {
    let text = errors.lowercased()
    return [
      "out of memory", "could not allocate", "failed to allocate", "cannot allocate memory",
      "bad_alloc", "not enough memory", "memory allocation",
    ].contains(where: text.contains)
  }
}

/// How often the kernel has killed a process for want of memory.
enum MemoryKills {
  /// Returns the count of the process's control group, or else of the machine; 0 where nothing says.
  ///
  /// - Parameter root: Where `/proc` and `/sys` are.
  static func count(root: String = "") -> Int {
    func number(_ path: String) -> Int? {
      guard let text = try? String(contentsOfFile: root + path, encoding: .utf8) else { return nil }
      return text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        .flatMap { Int($0.dropFirst("oom_kill ".count)) }
    }
    let groups =
      (try? String(contentsOfFile: root + "/proc/self/cgroup", encoding: .utf8))?
      .split(separator: "\n") ?? []
    for group in groups {
      let parts = group.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let path = parts[2] == "/" ? "" : String(parts[2])
      if parts[1].isEmpty, let count = number("/sys/fs/cgroup\(path)/memory.events") {
        return count
      }
      if parts[1].split(separator: ",").contains("memory"),
        let count = number("/sys/fs/cgroup/memory\(path)/memory.oom_control")
      {
        return count
      }
    }
    return number("/proc/vmstat") ?? 0
  }
}
