import FileFormats
import Foundation

extension StudyFolder {
  /// Checks that a new study can be written here: there is no such folder, or an empty one.
  ///
  /// - Parameter purpose: What is written, as a verb: `merge`.
  /// - Throws: `StudyError.missing` naming what is there.
  func checkIsFree(for purpose: String) throws(StudyError) {
    for file in [definition, journal] where FileManager.default.fileExists(atPath: file) {
      throw .missing("\(file) is there already: \(purpose) into a new folder")
    }
    guard FileManager.default.fileExists(atPath: path) else { return }
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard names?.isEmpty == true else {
      throw .missing("\(path) is there already and not an empty folder: \(purpose) into a new one")
    }
  }

  /// Writes a new study as a whole or not at all.
  ///
  /// - Parameter fill: Writes it into the folder that it is given, which takes its place at the end.
  /// - Throws: What `fill` throws; `FileFormatError.system`.
  func writeAtomically<Result>(_ fill: (StudyFolder) throws -> Result) throws -> Result {
    let name = URL(filePath: path).standardizedFileURL
    let parent = name.deletingLastPathComponent().path
    try Folder.create(parent)
    let folder = StudyFolder("\(parent)/.\(name.lastPathComponent).\(UUID().uuidString).partial")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let result = try fill(folder)
    guard rename(folder.path, path) == 0 else {
      throw FileFormatError.system(path: path, operation: "create folder", code: errno)
    }
    return result
  }
}
