/// The files that a study keeps, compared with what its journal says they hold. Each is read once.
struct KeptFiles {
  /// By their paths from the study's folder, as all of these.
  private(set) var intact: [String] = []
  private(set) var damaged: [(path: String, found: String, expected: String)] = []
  private(set) var missing: [String] = []
  /// That are there although the journal does not say what they hold, as earlier versions left them.
  private(set) var unknown: [String] = []

  /// Reads the files that the study needs in its state; those that are being made are none of them.
  ///
  /// - Throws: `FileFormatError` if one is there and cannot be read.
  init(_ folder: StudyFolder, _ state: StudyState) throws {
    let trained = state.keptStudents.flatMap(folder.studentFiles)
    let needed =
      (state.teacher == nil ? [] : folder.teacherFiles() + state.keptPaths(in: "teacher/"))
      + folder.dataFiles() + state.keptPaths(in: "data/") + trained
    for path in Set(needed).sorted() {
      let expected = state.keptHashes[path]
      let found = try expected == nil ? nil : folder.hash(of: path)
      switch (expected, found) {
      case (nil, _): if folder.has(path) { unknown.append(path) }
      case (_, nil): missing.append(path)
      case (let expected?, let found?) where expected == found: intact.append(path)
      case (let expected?, let found?): damaged.append((path, found, expected))
      }
    }
  }
}

extension StudyState {
  /// The students that this study has trained fully, and well, so that it keeps their weights.
  var keptStudents: [String] {
    let keys = distilled.filter {
      $0.outcome == .measured && $0.repetition == 0 && !$0.isBaseline
    }.map { trials[$0.trial].key }
    let references = referenceTrainings.filter { $0.outcome == .measured && $0.repetition == 0 }
    return Set(keys + references.map(\.key)).filter { !isTold($0) }.sorted()
  }

  fileprivate func keptPaths(in folder: String) -> [String] {
    keptHashes.keys.filter { $0.hasPrefix(folder) }
  }
}
