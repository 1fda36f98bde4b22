import FileFormats
import Foundation

/// Keeps two processes from running one study at once. The system lets go of it when a process ends,
/// however it ends: nothing that a killed process leaves is in anybody's way.
package final class StudyLock {
  private let descriptor: Int32

  /// Takes the lock of a folder, and writes down who has it.
  ///
  /// - Parameter lock: The system's `flock`, but in tests.
  /// - Throws: `StudyError.locked` if another process has it, `cannotLock` if the file system has no locks.
  package init(
    _ folder: StudyFolder, owner: LockOwner = .current,
    lock: (_ descriptor: Int32, _ operation: Int32) -> Int32 = flock
  ) throws {
    let path = folder.appending(StudyLock.name)
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard opened >= 0 else {
      throw FileFormatError.system(path: path, operation: "create", code: errno)
    }
    // A process that is just being started holds copies of all descriptors until it becomes another
    // program, so a lock that was let go of may seem taken for a moment.
    for _ in 0..<StudyLock.attempts {
      if lock(opened, LOCK_EX | LOCK_NB) == 0 {
        descriptor = opened
        write(owner)
        return
      }
      let problem = errno
      guard problem == EWOULDBLOCK || problem == EINTR else {
        close(opened)
        throw StudyError.cannotLock(path: path, code: problem)
      }
      usleep(StudyLock.pauseMicroseconds)
    }
    defer { close(opened) }
    throw StudyError.locked(folder: folder.path, owner: StudyLock.owner(in: opened))
  }

  private static let name = ".lock"
  private static let attempts = 20
  private static let pauseMicroseconds: UInt32 = 20_000
  private static let mostBytes = 8192

  deinit {
    _ = ftruncate(descriptor, 0)
    close(descriptor)
  }

  /// Whether a process works on the study.
  ///
  /// To find out, a shared lock is held for a moment; who is about to begin tries for longer than that.
  package static func isHeld(_ folder: StudyFolder) -> Bool {
    let descriptor = open(folder.appending(name), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// Who works on the study; nil if nobody does, or nothing says who.
  package static func owner(of folder: StudyFolder) -> LockOwner? {
    guard isHeld(folder) else { return nil }
    let descriptor = open(folder.appending(name), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return owner(in: descriptor)
  }

  /// Writes down who has the lock. It is for messages alone, so a full disk does not matter.
  private func write(_ owner: LockOwner) {
    guard let line = try? JSONLines.line(owner) else { return }
    let bytes = Array((line + "\n").utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  private static func owner(in descriptor: Int32) -> LockOwner? {
    var bytes = [UInt8](repeating: 0, count: mostBytes)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return try? JSONDecoder().decode(LockOwner.self, from: Data(bytes[..<count]))
  }
}
