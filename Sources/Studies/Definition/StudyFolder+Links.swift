import FileFormats
import Foundation

// What a study may name, and where a run writes:
//
// - `study.json` may name files to read anywhere, relative to its folder or not: data, a teacher's files, the search
//   space, profiles, earlier studies. They are only read, each as what it should be.
// - Nothing else that a study consists of names a file outside of it: keys in a journal have no slashes, external
//   data of an ONNX file lie below that file's folder, links followed.
// - A run writes into the study's folder alone, and where its command line says. A study that was downloaded may hold
//   links, so the folders and files that are written to must not be links that lead out. `data` alone, which may be
//   too large for the study's disk, may lead to a folder that allows it to this study: one with a file
//   `StudyFolder.dataPermission` that says where the study lies.

extension StudyFolder {
  /// The file by which a folder outside of a study lets `data` lead to it: the study's real path. Its user makes it. No
  /// archive of a study can use it, and two studies cannot share the folder, where each would write over the other's data.
  static let dataPermission = ".autodistill-data"

  /// Checks that what a run writes lies inside of the folder.
  ///
  /// - Throws: `FileFormatError.malformed` naming the link and where it leads.
  func checkLinks() throws {
    let candidates =
      (try? FileManager.default.contentsOfDirectory(atPath: appending("candidates"))) ?? []
    try StudyFolder.checkLinks(
      StudyFolder.writtenNames + candidates.map { "candidates/\($0)" } + repetitionNames
        + teacherImages,
      in: self.path)
  }

  /// Checks that what will be written to lies inside of a folder.
  ///
  /// - Parameter names: What may be links, from the folder, there or not.
  /// - Throws: `FileFormatError.malformed` naming the link and where it leads.
  static func checkLinks(_ names: [String], in folder: String) throws {
    let study = resolved(folder) ?? folder
    for name in names {
      let path = (folder as NSString).appendingPathComponent(name)
      var information = stat()
      guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFLNK else {
        continue
      }
      // A link to what is not there yet would be made wherever it leads.
      let target = resolved(path)
      if let target, target.hasPrefix(study + "/") { continue }
      var remedy = ""
      if name == "data", let target, Folder.isThere(target) {
        let permission = "\(target)/\(dataPermission)"
        if allows(study, permission) { continue }
        remedy =
          "; echo \(ShellWord.quoted(study)) > \(ShellWord.quoted(permission)) allows this study's prepared data there"
      }
      let found = target ?? "a place that is not there"
      throw FileFormatError.malformed(
        path: path, location: "kind", found: "a link to \(found), outside of \(folder)",
        expected: "a file or folder in it: nothing is written elsewhere\(remedy)")
    }
  }

  /// Whether a regular file says that the study lies where it does.
  private static func allows(_ study: String, _ permission: String) -> Bool {
    var information = stat()
    guard lstat(permission, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
      let text = try? String(contentsOfFile: permission, encoding: .utf8)
    else { return false }
    return text.trimmingCharacters(in: .newlines) == study
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
