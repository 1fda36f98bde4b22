import FileFormats
import Foundation

// Which files a study keeps, and where it writes.

extension StudyFolder {
  /// Returns the hash of a file's contents; nil if it is not there.
  ///
  /// - Parameter path: From the study's folder.
  /// - Throws: `FileFormatError` if it is there and cannot be read.
  func hash(of path: String) throws -> String? {
    has(path) ? try ContentHash.hexadecimal(ofFile: appending(path)) : nil
  }

  /// Whether there is a file.
  ///
  /// - Parameter path: From the study's folder.
  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: appending(path)) }

  /// Returns the path of a file in the folder as it is from there.
  func relative(_ path: String) -> String {
    path.hasPrefix(self.path + "/") ? String(path.dropFirst(self.path.count + 1)) : path
  }

  /// What a student's first full training leaves, from the folder, there or not.
  func studentFiles(of key: String) -> [String] {
    let here = StudyFolder("")
    return [here.weights(of: key), here.integerModel(of: key)]
  }

  /// What the teacher leaves, from the folder, there or not; of its views those that are there.
  func teacherFiles() -> [String] {
    let here = StudyFolder("")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: teacher)) ?? []
    let views = names.filter { $0.hasPrefix("view-") && $0.hasSuffix(".f16") }
    return [
      here.teacherWeights, here.softTargets, here.teacherValidationLogits, here.teacherTestLogits,
    ] + views.map { "teacher/\($0)" }
  }

  /// The prepared images and labels, from the folder. What describes them changes with the dates of the user's files,
  /// and its own hash is the data set's.
  func dataFiles() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: preparedData)) ?? []
    return names.filter { name in
      ["images.", "labels.", "order."].contains(where: name.hasPrefix)
        && !name.hasSuffix(".partial")
    }.map { "data/\($0)" }
  }

  /// The folders in which runs and exports write files.
  var writtenFolders: [String] {
    let candidates = appending("candidates")
    let keys = (try? FileManager.default.contentsOfDirectory(atPath: candidates)) ?? []
    return [path, preparedData, teacher, report, deployed, deployed + "/versions", candidates]
      + keys.sorted().map(candidate)
  }
}
