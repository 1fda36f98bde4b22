/// Writes what comes out of a stream, and takes its check on the way.
final class ScratchWriter {
  private(set) var check = CRC32()
  /// What kept it from writing.
  private(set) var error: (any Error)?
  private var file: ScratchFile?

  init(in folder: String) throws { file = try ScratchFile(in: folder) }

  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    check.update(bytes)
    do {
      try file?.append(bytes)
      return true
    } catch {
      self.error = error
      return false
    }
  }

  func finish(path: String) throws -> RandomAccessFile {
    guard let file = file.take() else { preconditionFailure("a file is finished once") }
    return try RandomAccessFile(file, path: path)
  }
}
