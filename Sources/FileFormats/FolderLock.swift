import Foundation

/// Lets one process at a time change what lies in a folder.
public enum FolderLock {
  /// Calls `body` once nobody else holds the folder, however long that takes.
  ///
  /// The system lets go of the folder when the process ends, however it ends. Where the file system has no locks for
  /// folders, nobody is waited for.
  ///
  /// - Throws: `FileFormatError.system` if the folder cannot be opened, and what `body` throws.
  public static func whileHolding<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws -> Result {
    let descriptor = try SystemFile.openDescriptor(path, O_RDONLY | O_DIRECTORY, purpose: "open")
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
    return try body()
  }
}
