import Foundation

/// Writing files that are, at every moment, either the old file or the whole new one.
public enum AtomicFile {
  /// Replaces the file at `path` by `data`.
  ///
  /// The bytes go to a hidden file with a name of its own in the same folder, reach the disk, and
  /// only then take the final name, so neither a crash nor a full disk leaves half a file under
  /// that name.
  ///
  /// - Throws: `FileFormatError.system` with the path and the system's reason, such as a full disk
  ///   or a read-only folder. The old file, if any, is then still there.
  public static func write(_ data: Data, to path: String) throws {
    let (temporary, descriptor) = try PartialFile.create(for: path, O_WRONLY)
    defer { close(descriptor) }
    do {
      try data.withUnsafeBytes { try SystemFile.writeAll($0, to: descriptor, path: path) }
      try SystemFile.synchronize(descriptor, path: path)
      guard rename(temporary, path) == 0 else {
        // The system has several words for a folder that is in the way.
        let problem = errno
        throw FileFormatError.system(
          path: path, operation: "write", code: Folder.isThere(path) ? EISDIR : problem)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try SystemFile.synchronizeFolder(of: path)
  }

  /// Replaces the file at `path` by `text` in UTF-8, as `write(_:to:)` does for data.
  public static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }
}
