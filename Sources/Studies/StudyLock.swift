import FileFormats
import Foundation

/// Keeps two processes from running one study at once. The system lets go of it when a process ends,
/// however it ends.
final class StudyLock {
  private let descriptor: Int32

  /// Takes the lock of a folder.
  ///
  /// - Throws: `StudyError.locked` if another process has it.
  init(_ folder: StudyFolder) throws {
    let path = folder.appending(".lock")
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileFormatError.system(path: path, operation: "create", code: errno)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StudyError.locked(folder: folder.path)
    }
  }

  deinit { close(descriptor) }
}
