import Foundation

/// Writing folders that are complete whenever they are there.
public enum AtomicFolder {
  /// Makes a folder, or replaces one of the same kind.
  ///
  /// It is filled under a hidden name next to its place and then renamed. An old folder is moved aside first, so
  /// that for a moment neither is there, and moved back if the new one cannot take its place.
  ///
  /// - Parameters:
  ///   - mark: A file that folders of this kind have; a folder without it is not replaced.
  ///   - fill: Writes the files into the folder that it is given.
  /// - Throws: `FileFormatError` with the final path; what was there is then still there.
  public static func write(
    to path: String, replacing mark: String, _ fill: (_ folder: String) throws -> Void
  ) throws {
    let hasOld = try requireReplaceable(path, mark)
    let (temporary, descriptor) = try PartialFile.createFolder(for: path)
    defer { close(descriptor) }
    do {
      try fill(temporary)
      try SystemFile.synchronizeFolder(of: temporary + "/" + mark)
      try put(temporary, at: path, hasOld: hasOld)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      // The user knows the final name; the temporary one means nothing to them.
      guard case FileFormatError.system(let place, let operation, let code) = error else {
        throw error
      }
      let known = place.hasPrefix(temporary) ? path + place.dropFirst(temporary.count) : place
      throw FileFormatError.system(path: known, operation: operation, code: code)
    }
    try SystemFile.synchronizeFolder(of: path)
  }

  private static func put(_ temporary: String, at path: String, hasOld: Bool) throws {
    let aside = temporary + ".old"
    if hasOld { try move(path, to: aside) }
    do {
      try move(temporary, to: path)
    } catch {
      if hasOld { try move(aside, to: path) }
      throw error
    }
    if hasOld { try? FileManager.default.removeItem(atPath: aside) }
  }

  private static func move(_ path: String, to target: String) throws {
    guard rename(path, target) == 0 else {
      throw FileFormatError.system(path: target, operation: "write", code: errno)
    }
  }

  /// Returns whether there is something at `path`.
  private static func requireReplaceable(_ path: String, _ mark: String) throws -> Bool {
    var information = stat()
    guard lstat(path, &information) == 0 else { return false }
    let isFolder = information.st_mode & S_IFMT == S_IFDIR
    guard isFolder, access(path + "/" + mark, F_OK) == 0 else {
      throw FileFormatError.malformed(
        path: path, location: "kind",
        found: isFolder ? "a folder without \(mark)" : "a file or link",
        expected: "nothing, or a folder with \(mark), which is replaced")
    }
    return true
  }
}
