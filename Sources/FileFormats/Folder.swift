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
    var information = stat()
    let isFolder = stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    return isFolder ? nil : ENOTDIR
  }

  /// Returns the folder that holds `path`: `"."` for a bare name, `"/"` for the root.
  static func parent(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }
}
