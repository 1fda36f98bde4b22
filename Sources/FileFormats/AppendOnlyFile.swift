import Foundation
import Synchronization

/// A file of lines that only grows, each line on the disk before `append(line:)` returns, unless the caller can
/// do without.
///
/// Made for a journal: after a crash the file holds every line that was appended and at most a part
/// of one more. Appends from several threads are written one after the other.
public final class AppendOnlyFile: Sendable {
  /// The file's path, as given.
  public let path: String
  private let descriptor: Int32
  private let byteCount: Mutex<Int>

  /// Opens a file for appending and makes it if it is not there.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - intactBytes: Where the file is cut before anything is appended; a journal gives the end of
  ///     its last whole line here, so that a half-written line does not run into the next one.
  ///     Nil cuts nothing.
  /// - Throws: `FileFormatError.system`; `.malformed` if the file is shorter than `intactBytes`.
  public init(_ path: String, keepingFirst intactBytes: Int? = nil) throws {
    let descriptor = try SystemFile.openDescriptor(
      path, O_WRONLY | O_CREAT | O_APPEND, purpose: "append")
    do {
      let size = try SystemFile.byteCount(of: descriptor, path: path)
      if let intactBytes, intactBytes != size {
        guard intactBytes < size else {
          throw FileFormatError.malformed(
            path: path, location: "size", found: "\(size) bytes",
            expected: "at least \(intactBytes) bytes")
        }
        guard ftruncate(descriptor, off_t(intactBytes)) == 0 else {
          throw FileFormatError.system(path: path, operation: "shorten", code: errno)
        }
      }
      try SystemFile.synchronizeFolder(of: path)
      byteCount = Mutex(intactBytes ?? size)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Appends one line and its newline in a single write, and waits until they are on the disk.
  ///
  /// If the write fails (a full disk, say), what was written of the line is cut off again.
  ///
  /// - Parameters:
  ///   - line: The line; must not contain a newline.
  ///   - waits: False for a line that need not be on the disk before the next one is: a power failure may
  ///     take it, a killed process does not.
  /// - Throws: `FileFormatError.system` with the path and the system's reason.
  public func append(line: String, waits: Bool = true) throws {
    precondition(!line.utf8.contains(UInt8(ascii: "\n")), "a line contains a newline: \(line)")
    let bytes = Array((line + "\n").utf8)
    try byteCount.withLock { byteCount in
      do {
        try bytes.withUnsafeBytes { try SystemFile.writeAll($0, to: descriptor, path: path) }
        if waits { try SystemFile.synchronize(descriptor, path: path) }
        byteCount += bytes.count
      } catch {
        // The error that matters is the first; should this fail too, the reader skips the partial
        // line.
        _ = ftruncate(descriptor, off_t(byteCount))
        throw error
      }
    }
  }
}
