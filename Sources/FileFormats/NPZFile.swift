import Foundation

/// NumPy's `.npz` format: a zip archive of `.npy` files.
///
/// Source: `numpy.savez` and `numpy.savez_compressed`.
public enum NPZFile {
  /// Reads one array of a file.
  ///
  /// - Parameter name: The array's name; nil for the only one.
  /// - Throws: As `open(_:name:scratchFolder:)`; also for an array of texts.
  public static func read(_ path: String, name: String? = nil) throws -> NumericArray {
    try open(path, name: name, scratchFolder: NSTemporaryDirectory()).numbers(path: path).read()
  }

  /// Finds one array of a file; a compressed one is unpacked to the disk.
  ///
  /// - Parameters:
  ///   - name: The array's name; nil for the only one.
  ///   - scratchFolder: On which disk there is room to unpack.
  /// - Throws: `FileFormatError`; one that names the arrays that there are, if there is none of that name or
  ///   there are several.
  static func open(_ path: String, name: String?, scratchFolder: String) throws -> StoredArray {
    let archive = try ZipArchive(path)
    let arrays = arrays(in: archive)
    let names = arrays.map(\.arrayName)
    let found = name.map { name in arrays.filter { $0.name == name + ".npy" } } ?? arrays
    guard found.count == 1 else {
      throw FileFormatError.malformed(
        path: path, location: "arrays",
        found: names.isEmpty ? "none" : names.joined(separator: ", "),
        expected: name.map { "one called \($0)" } ?? "one, or the name of one")
    }
    let (file, part) = try archive.contents(of: found[0], scratchFolder: scratchFolder)
    return try NPYFile.open(file, part, path: "\(path)[\(found[0].arrayName)]")
  }

  /// Returns the names of the arrays of a file, in its order.
  ///
  /// - Throws: `FileFormatError`.
  public static func names(in path: String) throws -> [String] {
    arrays(in: try ZipArchive(path)).map(\.arrayName)
  }

  /// Takes `data.npz[name]` apart into the file and the array's name; nil where no array is named.
  public static func parts(of path: String) -> (file: String, array: String?) {
    guard path.hasSuffix("]"), let bracket = path.range(of: ".npz[", options: .backwards) else {
      return (path, nil)
    }
    let file = String(path[..<path.index(before: bracket.upperBound)])
    return (file, String(path[bracket.upperBound...].dropLast()))
  }

  private static func arrays(in archive: ZipArchive) -> [ZipArchive.Member] {
    archive.members.filter { $0.name.hasSuffix(".npy") }
  }
}

extension ZipArchive.Member {
  /// The name without the suffix that every array has in an archive.
  fileprivate var arrayName: String { String(name.dropLast(4)) }
}
