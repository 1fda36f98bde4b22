import Foundation

/// NumPy's `.npz` format: a zip archive of `.npy` files.
///
/// Source: `numpy.savez` and `numpy.savez_compressed`.
public enum NPZFile {
  /// Reads one array of a file.
  ///
  /// - Parameter name: The array's name; nil for the only one.
  /// - Throws: `FileFormatError`; one that names the arrays that there are, if there is none of that name or
  ///   there are several.
  public static func read(_ path: String, name: String? = nil) throws -> NumericArray {
    let archive = try ZipArchive(path)
    let arrays = archive.members.filter { $0.name.hasSuffix(".npy") }
    let names = arrays.map { String($0.name.dropLast(4)) }
    let found = name.map { name in arrays.filter { $0.name == name + ".npy" } } ?? arrays
    guard found.count == 1 else {
      throw FileFormatError.malformed(
        path: path, location: "arrays",
        found: names.isEmpty ? "none" : names.joined(separator: ", "),
        expected: name.map { "one called \($0)" } ?? "one, or the name of one")
    }
    return try NPYFile.parse(
      archive.contents(of: found[0]), path: "\(path)[\(found[0].name.dropLast(4))]")
  }
}
