import Foundation

/// Making folders, with errors that name the folder and the system's reason.
public enum Folder {
  /// Makes a folder and those above it; does nothing if it is there already.
  ///
  /// - Throws: `FileFormatError.system` naming the folder that could not be made.
  public static func create(_ path: String) throws {
    var problem = make(path)
    if problem == ENOENT, parent(of: path) != path {
      try create(parent(of: path))
      // Once only: some file systems, such as /proc, say so of a folder that takes no other.
      problem = make(path)
    }
    if let problem {
      throw FileFormatError.system(path: path, operation: "create folder", code: problem)
    }
  }

  /// Makes one folder; returns what the system says against it, nil if the folder is there now.
  private static func make(_ path: String) -> Int32? {
    if mkdir(path, 0o755) == 0 { return nil }
    let problem = errno
    guard problem == EEXIST else { return problem }
    return isThere(path) ? nil : ENOTDIR
  }

  /// Whether there is a folder, or a link to one.
  public static func isThere(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// Returns the folder that holds `path`: `"."` for a bare name, `"/"` for the root and what lies in it.
  ///
  /// Foundation's own (`deletingLastPathComponent`, Swift 6.2 and 6.3 on Linux) traps on a path of one letter.
  public static func parent(of path: String) -> String {
    let name = trimmed(path[...])
    if name.isEmpty { return path.isEmpty ? "." : "/" }
    guard let slash = name.lastIndex(of: "/") else { return "." }
    let folder = trimmed(name[..<slash])
    return folder.isEmpty ? "/" : String(folder)
  }

  /// Without the slashes at its end; nothing is left of the root.
  private static func trimmed(_ path: Substring) -> Substring {
    path.lastIndex { $0 != "/" }.map { path[...$0] } ?? ""
  }
}
