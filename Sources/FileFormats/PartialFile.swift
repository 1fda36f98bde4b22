import Foundation

/// The hidden files and folders under which something is written before it takes its name.
///
/// They are called `.NAME.UUID.partial`, in the folder of NAME. Whoever writes one holds a lock of the system on it,
/// which goes away with the process however it ends, so what nobody holds is the leftover of a killed write.
enum PartialFile {
  /// Returns a name that no other file has, in the folder of `path`.
  static func path(for path: String) -> String {
    let name = (path as NSString).lastPathComponent
    return (Folder.parent(of: path) as NSString)
      .appendingPathComponent(".\(name).\(UUID().uuidString).partial")
  }

  /// Makes a file for what will be called `path`, and holds it until its descriptor is closed.
  ///
  /// - Throws: `FileFormatError.system` naming `path`: the hidden name means nothing to the user.
  static func create(
    for path: String, _ access: Int32, purpose: String = "write"
  ) throws -> (path: String, descriptor: Int32) {
    while true {
      let partial = self.path(for: path)
      let descriptor: Int32
      do {
        descriptor = try SystemFile.openDescriptor(
          partial, access | O_CREAT | O_EXCL, purpose: purpose)
      } catch FileFormatError.system(_, let operation, let code) {
        throw FileFormatError.system(path: path, operation: operation, code: code)
      }
      if hold(descriptor, at: partial) { return (partial, descriptor) }
      close(descriptor)
    }
  }

  /// Makes a folder for what will be called `path`, and holds it until its descriptor is closed.
  ///
  /// - Throws: `FileFormatError.system` naming `path`.
  static func createFolder(for path: String) throws -> (path: String, descriptor: Int32) {
    while true {
      let partial = self.path(for: path)
      do {
        try Folder.create(partial)
        let descriptor = try SystemFile.openDescriptor(
          partial, O_RDONLY | O_DIRECTORY, purpose: "open")
        if hold(descriptor, at: partial) { return (partial, descriptor) }
        close(descriptor)
      } catch FileFormatError.system(let place, let operation, let code) {
        // Somebody has taken it for a leftover before it was held.
        if operation == "open" && code == ENOENT { continue }
        rmdir(partial)
        throw FileFormatError.system(
          path: place == partial ? path : place, operation: operation, code: code)
      }
    }
  }

  /// Holds a file or folder; false if somebody has removed it in between.
  static func hold(_ descriptor: Int32, at path: String) -> Bool {
    // Where there are no locks nobody removes anything.
    while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return true } }
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && lstat(path, &there) == 0
      && (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
  }

  /// The name that a hidden one stands for; nil if it is none of ours.
  static func finalName(of name: String) -> String? {
    for ending in [".partial", ".partial.old"] where name.hasPrefix(".") && name.hasSuffix(ending) {
      let parts = name.dropFirst().dropLast(ending.count)
      let uuid = parts.suffix(36)
      guard UUID(uuidString: String(uuid)) != nil, parts.dropLast(36).hasSuffix(".") else {
        continue
      }
      return String(parts.dropLast(37))
    }
    return nil
  }
}

/// What killed writes have left in a folder.
public enum Leftovers {
  /// Returns the paths of the hidden files and folders in `folder` that nobody is writing any more, by name; of
  /// one that cannot be read none.
  public static func find(in folder: String) -> [String] {
    names(in: folder).map { (folder as NSString).appendingPathComponent($0) }
      .filter { path in whileUnused(path) { true } == true }
  }

  /// Removes them, and returns their paths. A folder that was moved aside and never replaced is moved back.
  ///
  /// What somebody writes at this moment stays, as does everything where the file system has no locks.
  ///
  /// - Throws: `FileFormatError.system` if one cannot be removed.
  public static func remove(in folder: String) throws -> [String] {
    try names(in: folder).compactMap { name in
      let path = (folder as NSString).appendingPathComponent(name)
      let final = (folder as NSString).appendingPathComponent(PartialFile.finalName(of: name) ?? "")
      return try whileUnused(path) {
        if name.hasSuffix(".old"), access(final, F_OK) != 0, rename(path, final) == 0 {
          return path
        }
        do {
          try FileManager.default.removeItem(atPath: path)
        } catch {
          throw FileFormatError.system(path: path, operation: "remove", code: EACCES)
        }
        return path
      }
    }
  }

  private static func names(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { PartialFile.finalName(of: $0) != nil }.sorted()
  }

  /// Calls `body` while nobody else can hold the file; nil if somebody holds it, or it cannot be told.
  private static func whileUnused<Result>(
    _ path: String, _ body: () throws -> Result
  ) rethrows -> Result? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return try body()
  }
}
