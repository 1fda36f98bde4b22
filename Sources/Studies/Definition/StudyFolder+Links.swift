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
//   too large for the study's disk, may lead to a folder that allows it: one that holds `StudyFolder.dataPermission`.

extension StudyFolder {
  /// The empty file by which a folder outside of a study lets `data` lead to it. Its user makes it, and no archive of
  /// a study can.
  static let dataPermission = ".autodistill-data"

  /// Checks that what a run writes lies inside of the folder.
  ///
  /// - Throws: `FileFormatError.malformed` naming the link and where it leads.
  func checkLinks() throws {
    let candidates =
      (try? FileManager.default.contentsOfDirectory(atPath: appending("candidates"))) ?? []
    try StudyFolder.checkLinks(
      StudyFolder.writtenNames + candidates.map { "candidates/\($0)" }, in: self.path)
  }

  /// Checks that what will be written to lies inside of a folder.
  ///
  /// - Parameter names: What may be links, from the folder, there or not.
  /// - Throws: `FileFormatError.malformed` naming the link and where it leads.
  static func checkLinks(_ names: [String], in folder: String) throws {
    for name in names {
      let path = (folder as NSString).appendingPathComponent(name)
      var information = stat()
      guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFLNK else {
        continue
      }
      // A link to what is not there yet would be made wherever it leads.
      let target = StudyFolder.resolved(path) ?? "a place that is not there"
      let inside = (StudyFolder.resolved(folder) ?? folder) + "/"
      let permission = "\(target)/\(dataPermission)"
      if name == "data", FileManager.default.fileExists(atPath: permission) { continue }
      guard target.hasPrefix(inside) else {
        let remedy =
          name == "data" && Folder.isThere(target)
          ? "; touch \(ShellWord.quoted(permission)) allows prepared data there" : ""
        throw FileFormatError.malformed(
          path: path, location: "kind", found: "a link to \(target), outside of \(folder)",
          expected: "a file or folder in it: nothing is written elsewhere\(remedy)")
      }
    }
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
