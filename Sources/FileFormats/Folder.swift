import Foundation

/// Making folders, with errors that name the folder and the system's reason.
public enum Folder {
  /// Makes a folder and those above it; does nothing if it is there already.
  ///
  /// - Throws: `FileFormatError.system` naming the folder that could not be made.
  public static func create(_ path: String) throws {
    if mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
      var information = stat()
      guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
        throw FileFormatError.system(path: path, operation: "create folder", code: ENOTDIR)
      }
    case ENOENT where parent(of: path) != path:
      try create(parent(of: path))
      try create(path)
    case let code:
      throw FileFormatError.system(path: path, operation: "create folder", code: code)
    }
  }

  /// Returns the folder that holds `path`: `"."` for a bare name, `"/"` for the root.
  static func parent(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }
}
