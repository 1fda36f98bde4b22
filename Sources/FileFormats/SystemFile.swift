import Foundation

/// POSIX calls on files that retry when interrupted, and whose errors name the file.
enum SystemFile {
  /// Opens a file, not to be inherited by child processes.
  ///
  /// - Parameter purpose: The verb for the error message, such as `"read"`.
  static func openDescriptor(_ path: String, _ flags: Int32, purpose: String) throws -> Int32 {
    while true {
      let descriptor = open(path, flags | O_CLOEXEC, 0o644)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR {
        throw FileFormatError.system(path: path, operation: purpose, code: errno)
      }
    }
  }

  /// Reads a whole file into memory. A pipe is refused, and not waited for.
  static func readAll(_ path: String) throws -> Data {
    let descriptor = try openDescriptor(path, O_RDONLY | O_NONBLOCK, purpose: "read")
    defer { close(descriptor) }
    try checkRegular(descriptor, path: path, allowsDevices: true)
    var data = Data(count: try byteCount(of: descriptor, path: path))
    var filled = 0
    while filled < data.count {
      let got = data.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
        read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if got == 0 { break }
      if got > 0 {
        filled += got
      } else if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "read", code: errno)
      }
    }
    // The file may have been shortened between the two calls.
    return filled == data.count ? data : data.prefix(filled)
  }

  /// Reads a stretch of a regular file.
  ///
  /// - Parameter tooShort: The error if the file ends before the stretch does, given its size.
  static func readStretch(
    of path: String, offset: Int, count: Int, tooShort: (Int) -> FileFormatError
  ) throws -> Data {
    // A pipe would be waited for otherwise.
    let descriptor = try openDescriptor(path, O_RDONLY | O_NONBLOCK, purpose: "read")
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      throw FileFormatError.malformed(
        path: path, location: "file", found: "a folder, pipe or device", expected: "a regular file")
    }
    let size = Int(information.st_size)
    guard offset <= size, count <= size - offset else { throw tooShort(size) }
    var data = Data(count: count)
    var filled = 0
    while filled < count {
      let got = data.withUnsafeMutableBytes { buffer in
        pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled)
        )
      }
      if got == 0 { throw tooShort(offset + filled) }
      if got > 0 {
        filled += got
      } else if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "read", code: errno)
      }
    }
    return data
  }

  /// Writes all bytes, carrying on after short writes.
  static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws {
    var remaining = bytes[...]
    while !remaining.isEmpty {
      let written = write(
        descriptor, UnsafeRawBufferPointer(rebasing: remaining).baseAddress, remaining.count)
      if written >= 0 {
        remaining = remaining.dropFirst(written)
      } else if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "write", code: errno)
      }
    }
  }

  /// Waits until the file's bytes are on the disk.
  static func synchronize(_ descriptor: Int32, path: String) throws {
    while fsync(descriptor) != 0 {
      if errno != EINTR {
        throw FileFormatError.system(path: path, operation: "sync", code: errno)
      }
    }
  }

  /// Waits until the folder that holds `path` has recorded its name on the disk.
  static func synchronizeFolder(of path: String) throws {
    let folder = Folder.parent(of: path)
    let descriptor = try openDescriptor(folder, O_RDONLY | O_DIRECTORY, purpose: "open")
    defer { close(descriptor) }
    while fsync(descriptor) != 0 {
      // Some network file systems have nothing to sync in a folder and say so with EINVAL.
      if errno == EINVAL { return }
      if errno != EINTR {
        throw FileFormatError.system(path: folder, operation: "sync", code: errno)
      }
    }
  }

  /// Checks that what has been opened is a file.
  ///
  /// - Parameter allowsDevices: Whether a device, such as `/dev/null`, counts as one.
  /// - Throws: `FileFormatError.malformed` naming what it is instead.
  static func checkRegular(
    _ descriptor: Int32, path: String, allowsDevices: Bool = false
  ) throws {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      throw FileFormatError.system(path: path, operation: "examine", code: errno)
    }
    let found: String
    switch information.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: found = "a folder"
    case S_IFIFO: found = "a pipe"
    case S_IFCHR where allowsDevices: return
    default: found = "a device or socket"
    }
    throw FileFormatError.malformed(
      path: path, location: "kind", found: found, expected: "a file with its contents on the disk")
  }

  /// Returns the size of an open file in bytes.
  ///
  /// - Throws: `FileFormatError.system`, also for a folder.
  static func byteCount(of descriptor: Int32, path: String) throws -> Int {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else {
      throw FileFormatError.system(path: path, operation: "examine", code: errno)
    }
    guard information.st_mode & S_IFMT != S_IFDIR else {
      throw FileFormatError.system(path: path, operation: "read", code: EISDIR)
    }
    return Int(information.st_size)
  }
}
