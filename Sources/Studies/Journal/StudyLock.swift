import FileFormats
import Foundation

/// Keeps two processes from running one study at once. The system lets go of it when a process ends,
/// however it ends.
package final class StudyLock {
  private let descriptor: Int32

  /// Takes the lock of a folder.
  ///
  /// - Parameter lock: The system's `flock`, but in tests.
  /// - Throws: `StudyError.locked` if another process has it, `cannotLock` if the file system has no locks.
  package init(
    _ folder: StudyFolder, lock: (_ descriptor: Int32, _ operation: Int32) -> Int32 = flock
  ) throws {
    let path = folder.appending(".lock")
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileFormatError.system(path: path, operation: "create", code: errno)
    }
    // A process that is just being started holds copies of all descriptors until it becomes another
    // program, so a lock that was let go of may seem taken for a moment.
    for _ in 0..<StudyLock.attempts {
      if lock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      let problem = errno
      guard problem == EWOULDBLOCK || problem == EINTR else {
        close(descriptor)
        throw StudyError.cannotLock(path: path, code: problem)
      }
      usleep(StudyLock.pauseMicroseconds)
    }
    close(descriptor)
    throw StudyError.locked(folder: folder.path)
  }

  private static let attempts = 20
  private static let pauseMicroseconds: UInt32 = 20_000

  deinit { close(descriptor) }

  /// Whether a process works on the study.
  ///
  /// To find out, a shared lock is held for a moment; who is about to begin tries for longer than that.
  package static func isHeld(_ folder: StudyFolder) -> Bool {
    let descriptor = open(folder.appending(".lock"), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
