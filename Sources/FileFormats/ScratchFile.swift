import Foundation

/// Room on the disk for what does not fit into memory: a file without a name, which goes away with its last user
/// even if the process is killed.
struct ScratchFile: ~Copyable {
  private let descriptor: Int32
  private let folder: String
  private(set) var byteCount = 0

  /// Makes an empty one on the disk of a folder.
  ///
  /// - Throws: `FileFormatError.system` naming the folder.
  init(in folder: String) throws {
    let path: String
    do {
      (path, descriptor) = try PartialFile.create(
        for: (folder as NSString).appendingPathComponent("scratch"), O_RDWR,
        purpose: "unpack a file")
    } catch FileFormatError.system(_, let operation, let code) {
      throw FileFormatError.system(path: folder, operation: operation, code: code)
    }
    unlink(path)
    self.folder = folder
  }

  deinit { close(descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: `FileFormatError.system` naming the folder, if the disk is full for example.
  mutating func append(_ bytes: UnsafeRawBufferPointer) throws {
    try SystemFile.writeAll(bytes, to: descriptor, path: folder)
    byteCount += bytes.count
  }

  /// Returns a descriptor of the file that its new owner closes.
  consuming func handOver() throws -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else {
      throw FileFormatError.system(path: folder, operation: "unpack a file", code: errno)
    }
    return copy
  }
}
