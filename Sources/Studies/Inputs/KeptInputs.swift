import FileFormats
import Foundation

// The search space and the hardware profiles lie outside of a study's folder, where several studies share them. A run
// keeps copies, so that a folder that is copied to another place can still be read.

extension StudyFolder {
  /// Returns the path of a file that `study.json` names: its own or, where nothing is there, that of the copy that a
  /// run has kept. Whether the copy holds what the study's results were made with, the journal's hashes say.
  func inputPath(_ name: String) -> String {
    let (own, copy) = (appending(name), keptCopy(of: name))
    let manager = FileManager.default
    return !manager.fileExists(atPath: own) && manager.fileExists(atPath: copy) ? copy : own
  }

  /// Where the copy of a file outside of the folder is kept.
  func keptCopy(of name: String) -> String {
    let digits = ContentHash.hexadecimal(of: name).prefix(8)
    return "\(inputs)/\(digits)-\((name as NSString).lastPathComponent)"
  }
}

extension StudyFiles {
  /// The files outside of the folder that the study names.
  private var outerNames: [String] {
    ([definition.searchSpace] + definition.hardware).filter {
      $0.hasPrefix("/") || ($0 as NSString).standardizingPath.hasPrefix("..")
    }
  }

  /// Those of them that are not there, so that copies are read instead.
  public var copiedNames: [String] {
    outerNames.filter { folder.inputPath($0) == folder.keptCopy(of: $0) }
  }

  /// Keeps copies of the files outside of the folder.
  ///
  /// - Throws: `FileFormatError` if one cannot be written.
  func keepInputs() throws {
    for name in outerNames where folder.inputPath(name) != folder.keptCopy(of: name) {
      let data = try MappedFile(folder.inputPath(name)).withUnsafeBytes { Data($0) }
      let copy = folder.keptCopy(of: name)
      if FileManager.default.contents(atPath: copy) == data { continue }
      try Folder.create(folder.inputs)
      try AtomicFile.write(data, to: copy)
    }
  }
}
