import Foundation

// Files that the journal does not vouch for.

extension StudyVerification {
  /// Looks at what vouches for itself.
  ///
  /// - Throws: `FileFormatError.system` if a file is there and cannot be read.
  mutating func addSealedFiles() throws {
    for file in try SealedFiles(folder).files {
      add(
        Item(
          path: file.path,
          condition: file.isLost ? .damaged : file.check == .unchecked ? .unchecked : .intact,
          detail: file.finding, remedy: file.isLost ? remedy(for: file) : nil))
    }
  }

  private func remedy(for file: SealedFiles.File) -> String {
    let key = file.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
    switch file.kind {
    case .unfinished: return runCommand
    case .shadow:
      // A teacher's shadow is made with those of any student.
      return "autodistill leakage \(folder.shellWord) "
        + (file.path.hasPrefix("teacher/") ? "--teacher-shadows N" : key)
    case .reference: return "autodistill monitor \(folder.shellWord) \(key) --images NEW.npy"
    }
  }

  /// Looks at what was found out about finished students: a file that says nothing of them is left out of reports.
  mutating func addFindings(_ state: StudyState) {
    let known = Set(LeakageResult.known(in: folder, state).map { folder.leakage(of: $0.key) })
    for place in folder.candidateFolders {
      let key = (place as NSString).lastPathComponent
      let path = folder.leakage(of: key)
      add(
        path, isKnown: known.contains(path),
        remedy: "autodistill leakage \(folder.shellWord) \(key)")
    }
    add(
      folder.stability, isKnown: ChoiceStability.known(in: folder) != nil,
      remedy: "autodistill stability \(folder.shellWord)")
  }

  private mutating func add(_ path: String, isKnown: Bool, remedy: String) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    add(
      Item(
        path: folder.relative(path), condition: isKnown ? .intact : .damaged,
        detail: isKnown ? "" : "it cannot be read, or is of other weights; reports leave it out",
        remedy: isKnown ? nil : remedy))
  }
}
