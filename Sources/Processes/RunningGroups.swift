import Foundation
import Synchronization

/// Process groups of programs that run now, for one who ends this process and must leave none behind.
package final class RunningGroups: @unchecked Sendable {
  /// Those of `SystemCommand`.
  package static let all = RunningGroups()

  /// More programs than this do not run at once; of others nobody knows here.
  private static let capacity = 256
  /// Group numbers, 0 where a place is free. A signal handler reads them while others write: each is one word.
  private let groups: UnsafeMutablePointer<pid_t>
  private let lock = Mutex<Void>(())

  init() {
    groups = .allocate(capacity: RunningGroups.capacity)
    groups.initialize(repeating: 0, count: RunningGroups.capacity)
  }

  deinit { groups.deallocate() }

  /// Kills all of them, with all processes that are in them. May be called in a signal handler, if `all` was asked for
  /// before.
  package func kill() {
    for place in 0..<RunningGroups.capacity where groups[place] > 0 {
      _ = Foundation.kill(-groups[place], SIGKILL)
    }
  }

  func insert(_ group: pid_t) { replace(0, by: group) }
  func remove(_ group: pid_t) { replace(group, by: 0) }

  private func replace(_ old: pid_t, by new: pid_t) {
    lock.withLock { _ in
      if let place = (0..<RunningGroups.capacity).first(where: { groups[$0] == old }) {
        groups[place] = new
      }
    }
  }
}
