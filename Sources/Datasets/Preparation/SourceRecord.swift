import FileFormats
import Foundation

/// A source file as it was when the data set was prepared.
struct SourceRecord: Encodable, Equatable {
  let name: String
  let bytes: Int
  let modifiedNanoseconds: Int
  let sha256: String

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, bytes, sha256
    case modifiedNanoseconds = "modified_ns"
  }

  /// Reads a record.
  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a source file", known: CodingKeys.allCases.map(\.rawValue))
    name = try members.required("name").text("the name of the file")
    bytes = try members.required("bytes").integer(in: 0...Int.max)
    modifiedNanoseconds = try members.required("modified_ns").integer(in: Int.min...Int.max)
    sha256 = try members.required("sha256").text("a SHA-256 in hexadecimal")
  }

  /// Examines and hashes a file, or all that lies in a folder.
  ///
  /// - Throws: `FileFormatError`; `DatasetError.invalidData` if it is changed meanwhile.
  init(_ file: DatasetSource.File) throws {
    (bytes, modifiedNanoseconds) = try Self.stamp(of: file)
    name = file.name
    if file.isFolder {
      var hash = ContentHash()
      for name in try Self.contents(of: file.path) {
        let path = (file.path as NSString).appendingPathComponent(name)
        hash.update("\(try ContentHash.hexadecimal(ofFile: path)) \(name)\n")
      }
      sha256 = hash.hexadecimal
    } else {
      sha256 = try ContentHash.hexadecimal(ofFile: file.path)
    }
  }

  /// Checks that a file is still what it was.
  ///
  /// - Throws: `DatasetError.invalidData` if it has been changed since.
  func checkUnchanged(_ file: DatasetSource.File) throws {
    guard try matchesStamp(of: file) else {
      throw DatasetError.invalidData(
        file: file.path, location: "size and time of last change",
        found: "others than when reading began", expected: "a file that nobody writes to meanwhile")
    }
  }

  /// Returns whether a file still has the size and the time of last change of this record.
  func matchesStamp(of file: DatasetSource.File) throws -> Bool {
    try name == file.name && (bytes, modifiedNanoseconds) == Self.stamp(of: file)
  }

  private static func stamp(
    of file: DatasetSource.File
  ) throws -> (bytes: Int, modifiedNanoseconds: Int) {
    guard file.isFolder else { return try stamp(ofFile: file.path) }
    // Of a folder the sum of the sizes and the latest change.
    return try contents(of: file.path).reduce((0, 0)) { sum, name in
      let own = try stamp(ofFile: (file.path as NSString).appendingPathComponent(name))
      return (sum.0 &+ own.bytes, max(sum.1, own.modifiedNanoseconds))
    }
  }

  private static func stamp(
    ofFile path: String
  ) throws -> (bytes: Int, modifiedNanoseconds: Int) {
    var information = stat()
    guard stat(path, &information) == 0 else {
      throw FileFormatError.system(path: path, operation: "examine", code: errno)
    }
    let modified = information.st_mtim
    return (Int(information.st_size), modified.tv_sec * 1_000_000_000 + modified.tv_nsec)
  }

  /// Returns the paths of all files in a folder and those below it, in order.
  private static func contents(of folder: String) throws -> [String] {
    let manager = FileManager.default
    guard let names = try? manager.subpathsOfDirectory(atPath: folder) else {
      throw FileFormatError.system(path: folder, operation: "list", code: errno)
    }
    return names.filter { name in
      var isFolder: ObjCBool = false
      let path = (folder as NSString).appendingPathComponent(name)
      return manager.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }
}
