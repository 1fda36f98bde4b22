import Datasets
import FileFormats
import Foundation
import Teachers

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

  /// Checks that files which others are going to trust hold what the journal says; what it does not know is left out.
  ///
  /// - Parameter prefix: Of their paths from the study's folder, such as `data/`.
  /// - Throws: `StudyError.damaged` naming both hashes; `FileFormatError` if one cannot be read.
  func checkKept(_ prefix: String, _ state: StudyState) throws {
    for (path, expected) in state.keptHashes.sorted(by: { $0.key < $1.key })
    where path.hasPrefix(prefix) {
      guard let found = try hash(of: path), found != expected else { continue }
      throw StudyError.damaged(
        path: appending(path), found: found, expected: expected,
        remedy: "autodistill run \(shellWord) makes it again")
    }
  }

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

  /// The prepared images and labels, from the folder. What describes them changes with the dates of the user's files
  /// (`problemOfDataDescription`).
  func dataFiles() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: preparedData)) ?? []
    return names.filter { name in
      ["images.", "labels.", "order."].contains(where: name.hasPrefix)
        && !name.hasSuffix(".partial")
    }.map { "data/\($0)" }
  }

  /// The folders of images that teachers see instead of the students' ones, from the folder, links among them.
  var teacherImages: [String] {
    TeacherImages.folders(in: preparedData).map { "data/\($0)" }
  }

  /// What describes the prepared data, from the folder.
  static let dataDescription = "data/dataset.json"

  /// Returns what is wrong with the description of the prepared data, if something is: it has a checksum of its own,
  /// and the hash of the data that the study was begun with.
  ///
  /// - Throws: `JSONError.unreadable` if it is there and cannot be read: what is wrong with it is not known then.
  func problemOfDataDescription(_ state: StudyState) throws -> String? {
    guard has(StudyFolder.dataDescription) else { return nil }
    do {
      let found = try PreparedDataset.contentHash(in: preparedData)
      guard let expected = state.began?.dataHash, state.hasResults, found != expected else {
        return nil
      }
      return
        "it describes other data (sha256 \(found.prefix(16))…, \(expected.prefix(16))… in the journal)"
    } catch {
      if case .unreadable? = error as? JSONError { throw error }
      return "\(error)"
    }
  }

  /// The folders in which runs and exports write files. Teachers, students and versions have further ones within
  /// theirs, such as a program's answers.
  var writtenFolders: [String] {
    var folders = [path, preparedData, report] + teacherImages.map(appending)
    for folder in [teacher, deployed, appending("candidates"), inputs] {
      folders.append(folder)
      folders += StudyFolder.folders(within: folder)
    }
    return folders
  }

  /// Returns the folders within one at any depth, in the order of their names. Links and hidden ones are left out.
  private static func folders(within folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var found: [String] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      var information = stat()
      guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
        continue
      }
      found.append(path)
      found += folders(within: path)
    }
    return found
  }

  /// The folders of the students that there are, in the order of their keys.
  var candidateFolders: [String] {
    let keys =
      (try? FileManager.default.contentsOfDirectory(atPath: appending("candidates"))) ?? []
    return keys.sorted().map(candidate)
  }
}
