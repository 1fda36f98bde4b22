extension JournalEvent {
  /// Files that the study keeps, as they were written: students' weights, the teacher's answers, prepared data.
  public struct Kept: Hashable, Sendable, Codable {
    public struct File: Hashable, Sendable, Codable {
      /// From the study's folder.
      public var path: String
      /// The SHA-256 of its contents, in hexadecimal; nil for one that was damaged and is removed.
      public var hash: String?

      enum CodingKeys: String, CodingKey {
        case path
        case hash = "sha256"
      }
    }

    /// By their paths.
    public var files: [File]

    init(files: [File]) { self.files = files }

    /// Reads what files hold; those that are not there are left out.
    ///
    /// - Parameter paths: From the study's folder.
    init(_ paths: [String], in folder: StudyFolder) throws {
      files = try Set(paths).sorted().compactMap { path in
        try folder.hash(of: path).map { File(path: path, hash: $0) }
      }
    }
  }
}

extension Journal {
  /// Says what files hold that have just been written, where it does not say so already. First the files, then
  /// the line, then whatever depends on them.
  ///
  /// - Parameters:
  ///   - paths: From the study's folder; those that are not there are left out.
  ///   - onlyNew: Whether files whose hash it knows are believed unread.
  /// - Returns: The paths that it has written down.
  /// - Throws: `FileFormatError` if one cannot be read, or the journal not be written.
  @discardableResult
  func keep(
    _ paths: [String], in folder: StudyFolder, onlyNew: Bool = false
  ) throws -> [String] {
    let read = onlyNew ? paths.filter { state.keptHashes[$0] == nil } : paths
    var kept = try JournalEvent.Kept(read, in: folder)
    kept.files.removeAll { $0.hash == state.keptHashes[$0.path] }
    if !kept.files.isEmpty { try append(.kept(kept)) }
    return kept.files.map(\.path)
  }

  /// Says that files are no longer what they were.
  func forget(_ paths: [String]) throws {
    let files = paths.sorted().map { JournalEvent.Kept.File(path: $0, hash: nil) }
    if !files.isEmpty { try append(.kept(JournalEvent.Kept(files: files))) }
  }
}
