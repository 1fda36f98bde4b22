import FileFormats
import Foundation

/// The versions of a student that were deployed, and which of them is in use.
///
///     versions/1/         the files of a version, and version.json
///     versions/2/ …
///     current             a link to the version in use
///     history.jsonl       which version came into use when, one line each
///
/// A version is never changed once it is there. What is in use changes by renaming a link, so that whoever opens
/// `current/…` gets all of one version at any moment, and files that are open stay what they are. Who changes
/// something holds a lock on the folder meanwhile.
public struct Deployment: Sendable {
  public let path: String

  /// A deployment is where its folder is; nothing is made yet.
  public init(_ path: String) { self.path = path }

  /// The deployment of a study.
  ///
  /// - Throws: `FileFormatError` where it is a link that leads out of the study's folder.
  public init(of study: StudyFolder) throws {
    try StudyFolder.checkLinks(["deployed"], in: study.path)
    self.init(study.deployed)
  }

  /// Whether there are versions.
  public var exists: Bool { FileManager.default.fileExists(atPath: versionsFolder) }
  /// Where runtimes find the files of the version in use.
  public var current: String { path + "/current" }

  private var versionsFolder: String { path + "/versions" }
  var historyFile: String { path + "/history.jsonl" }
  func folder(of version: Int) -> String { "\(versionsFolder)/\(version)" }

  /// Returns the numbers of all versions, ascending.
  public func versions() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: versionsFolder)) ?? []
    return names.compactMap { Int($0) }.filter { $0 > 0 }.sorted()
  }

  /// Returns the version in use; nil for none.
  ///
  /// - Throws: `FileFormatError` where `current` is something else than a link to a version.
  public func currentVersion() throws -> Int? {
    var information = stat()
    guard lstat(current, &information) == 0 else { return nil }
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: current)
    guard let target, let version = Int(target.dropFirst("versions/".count)),
      target == "versions/\(version)"
    else {
      throw FileFormatError.malformed(
        path: current, location: "kind", found: target.map { "a link to \($0)" } ?? "no link",
        expected: "a link to versions/N, which export --deploy and rollback make")
    }
    return version
  }

  /// Returns what is known of a version.
  ///
  /// - Throws: `FileFormatError`; `StudyError.missing` naming the versions that there are.
  public func version(_ version: Int) throws -> DeployedVersion {
    guard versions().contains(version) else {
      let known = versions().map(String.init).joined(separator: ", ")
      throw StudyError.missing(
        "\(path): there is no version \(version), expected one of \(known.isEmpty ? "none" : known)"
      )
    }
    return try DeployedVersion(in: folder(of: version))
  }
}

extension Deployment {
  /// Adds a version and brings it into use.
  ///
  /// - Parameter fill: Writes its files into the folder that it is given; may add to what is known of the version.
  /// - Returns: The version with its number, date and files.
  /// - Throws: What `fill` throws; `FileFormatError`. The versions and what is in use are then what they were.
  public func add(
    _ version: DeployedVersion, date: Date,
    fill: (_ folder: String, _ version: inout DeployedVersion) throws -> Void
  ) throws -> DeployedVersion {
    // What stands in the place of a link or a folder should be known before anything is written.
    try checkLinks()
    _ = try currentVersion()
    try Folder.create(versionsFolder)
    return try whileHeld {
      var version = version
      (version.version, version.date) = ((versions().last ?? 0) + 1, date.formatted(.iso8601))
      let place = folder(of: version.version)
      try AtomicFolder.write(to: place, replacing: DeployedVersion.fileName) { temporary in
        try fill(temporary, &version)
        version.files = try DeployedVersion.files(in: temporary)
        try version.write(to: temporary)
      }
      do {
        try use(version.version, date: date, reason: .export)
      } catch {
        // Where not even the link could be led back, what it leads to stays.
        if (try? currentVersion()) != version.version {
          try? FileManager.default.removeItem(atPath: place)
        }
        throw error
      }
      return version
    }
  }

  /// Brings another version into use, after checking its files.
  ///
  /// - Parameter version: Nil for the one below the present that was in use and not taken back.
  /// - Returns: The version that is in use now, and the one that was.
  /// - Throws: `StudyError.missing` where there is none, `FileFormatError` naming a file of it that has changed, or a
  ///   link that leads out of the folder. What is in use is then what it was.
  public func rollBack(
    to version: Int?, date: Date
  ) throws -> (now: DeployedVersion, before: Int?) {
    guard exists else {
      throw StudyError.missing(
        "\(path): nothing has been deployed: autodistill export STUDY KEY --deploy does it")
    }
    try checkLinks()
    return try whileHeld {
      let before = try currentVersion()
      let target = try version ?? earlierVersion(than: before)
      let found = try self.version(target)
      try check(found)
      if target != before { try use(target, date: date, reason: .rollback) }
      return (found, before)
    }
  }

  /// Checks that what is written to lies inside of the folder.
  private func checkLinks() throws {
    try StudyFolder.checkLinks(["versions", "history.jsonl"], in: path)
  }

  /// Calls `body` while nobody else changes something, once what killed calls have left is removed.
  private func whileHeld<Result>(_ body: () throws -> Result) throws -> Result {
    try FolderLock.whileHolding(path) {
      for folder in [path, versionsFolder] { _ = try Leftovers.remove(in: folder) }
      return try body()
    }
  }

  private func earlierVersion(than present: Int?) throws -> Int {
    let withdrawn = try withdrawnVersions()
    let earlier = versions().last { $0 < present ?? .max && !withdrawn.contains($0) }
    guard let earlier else {
      throw StudyError.missing(
        "\(path): there is no version before \(present.map(String.init) ?? "the first") that was not taken "
          + "back; rollback --list shows all, and a number brings any of them into use")
    }
    return earlier
  }

  /// Checks that a version's files are those that were exported.
  ///
  /// - Throws: `FileFormatError` or `StudyError.missing`.
  private func check(_ version: DeployedVersion) throws {
    let folder = folder(of: version.version)
    for file in version.files {
      let path = "\(folder)/\(file.path)"
      guard FileManager.default.fileExists(atPath: path) else {
        throw StudyError.missing(
          "\(path) is not there any more, so version \(version.version) is not brought into use")
      }
      let found = try ContentHash.hexadecimal(ofFile: path)
      guard found == file.sha256 else {
        throw FileFormatError.malformed(
          path: path, location: "SHA-256", found: found,
          expected:
            "\(file.sha256), as \(DeployedVersion.fileName) has it; the version is not brought into use"
        )
      }
    }
  }

  /// Has the link lead to a version, in one step, and writes that down. Where it cannot be written down, the link is
  /// led back.
  private func use(_ version: Int, date: Date, reason: DeploymentChange.Reason) throws {
    let before = try currentVersion()
    let change = DeploymentChange(
      date: date.formatted(.iso8601), version: version, before: before, reason: reason)
    let whole = try DeploymentChange.wholeBytes(of: historyFile)
    let history = try AppendOnlyFile(historyFile, keepingFirst: whole)
    try AtomicLink.write("versions/\(version)", to: current)
    do {
      try history.append(line: change.line)
    } catch {
      if let before {
        try? AtomicLink.write("versions/\(before)", to: current)
      } else {
        unlink(current)
      }
      throw error
    }
  }

  /// Returns what has come into use so far, the first change first.
  ///
  /// - Throws: `FileFormatError` naming the line that cannot be read.
  public func history() throws -> [DeploymentChange] {
    guard FileManager.default.fileExists(atPath: historyFile) else { return [] }
    return try DeploymentChange.all(in: historyFile)
  }

  /// The versions that a rollback to an earlier one has taken out of use, and that nothing has brought back since.
  public func withdrawnVersions() throws -> Set<Int> {
    var withdrawn: Set<Int> = []
    for change in try history() {
      if change.reason == .rollback, let before = change.before, change.version < before {
        withdrawn.insert(before)
      }
      withdrawn.remove(change.version)
    }
    return withdrawn
  }
}
