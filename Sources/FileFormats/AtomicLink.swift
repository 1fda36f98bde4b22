import Foundation

/// Writing links that lead to the old place or to the new one at any moment.
public enum AtomicLink {
  /// Makes a link, or replaces one.
  ///
  /// It is made in a hidden folder next to its place, which whoever removes leftovers can tell from that of a killed
  /// call, and then renamed.
  ///
  /// - Parameter destination: Where it leads, as it will stand in the link.
  /// - Throws: `FileFormatError.system` with the final path; what was there is then still there.
  public static func write(_ destination: String, to path: String) throws {
    let (temporary, descriptor) = try PartialFile.createFolder(for: path)
    defer {
      try? FileManager.default.removeItem(atPath: temporary)
      close(descriptor)
    }
    let link = temporary + "/link"
    guard symlink(destination, link) == 0, rename(link, path) == 0 else {
      throw FileFormatError.system(path: path, operation: "write", code: errno)
    }
  }
}
