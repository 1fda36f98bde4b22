import Foundation

/// An array in a file of any kind that is read here, told by the end of the file's name: `.npy`, `.npz`, and
/// anything else IDX; a further `.gz` says that it is compressed.
public enum StoredArray: Sendable {
  case numbers(ArrayFile)
  /// An array of texts in C order, as NumPy keeps them in an NPY file.
  case texts([String], shape: [Int])

  /// Opens an array; what is compressed is unpacked to the disk.
  ///
  /// - Parameters:
  ///   - name: Which array of an NPZ file; nil for the only one.
  ///   - scratchFolder: On which disk there is room to unpack. Nothing stays there.
  /// - Throws: `FileFormatError`; a file that is longer or shorter than it says is refused.
  public static func open(
    _ path: String, name: String? = nil, scratchFolder: String
  ) throws -> StoredArray {
    if path.hasSuffix(".npz") {
      return try NPZFile.open(path, name: name, scratchFolder: scratchFolder)
    }
    if path.hasSuffix(".gz") {
      let isNPY = path.hasSuffix(".npy.gz")
      let file = try GzipFile.expanded(
        path, scratchFolder: scratchFolder, limit: isNPY ? NPYFile.byteCount : IDXFile.byteCount)
      return isNPY
        ? try NPYFile.open(file, 0..<file.byteCount, path: path)
        : .numbers(try IDXFile.open(file, path: path))
    }
    let file = try RandomAccessFile(path)
    return path.hasSuffix(".npy")
      ? try NPYFile.open(file, 0..<file.byteCount, path: path)
      : .numbers(try IDXFile.open(file, path: path))
  }

  /// The array where it is one of numbers.
  ///
  /// - Parameter path: What the error calls the file.
  /// - Throws: `FileFormatError.malformed`.
  public func numbers(path: String) throws -> ArrayFile {
    switch self {
    case .numbers(let file): return file
    case .texts(let texts, _):
      throw FileFormatError.malformed(
        path: path, location: "header field 'descr'",
        found: "texts, the first of them '\(texts.first ?? "")'", expected: NPYStorage.readable)
    }
  }
}
