import FileFormats
import Foundation

/// Whether everything that a study consists of is there and is what was written. Nothing is changed.
public struct StudyVerification {
  public enum Condition: String, CaseIterable, Sendable {
    /// It is what the journal says, or holds together by itself.
    case intact
    /// It is there, and nothing says what it should hold: a version before checksums has written it.
    case unchecked
    case missing
    case damaged
    /// What a killed write has left; the next run removes it.
    case leftover
  }

  /// A file of the study.
  public struct Item: Hashable, Sendable {
    /// From the study's folder.
    public var path: String
    public var condition: Condition
    /// What was found, in a few words; empty where the condition says it all.
    public var detail: String
    /// The command that makes it again; nil where nothing is to be done, or nothing can.
    public var remedy: String?

    public init(path: String, condition: Condition, detail: String = "", remedy: String? = nil) {
      (self.path, self.condition, self.detail, self.remedy) = (path, condition, detail, remedy)
    }

    /// Whether something is lost that no command makes again.
    public var isLost: Bool { [.missing, .damaged].contains(condition) && remedy == nil }
  }

  /// In the order: definition, journal, data, teacher, students, what vouches for itself, findings, leftovers.
  public private(set) var items: [Item] = []
  /// What the journal tells; nil where it cannot be read, so that nothing can be compared with it.
  public private(set) var state: StudyState?
  /// What the study asks for; nil where that cannot be read.
  public private(set) var files: StudyFiles?
  /// Whether what the study asks for is, or has grown from, what the journal's results were made for.
  public private(set) var fitsJournal = true
  /// Whether what the study asks for has grown since, so that the report is of an earlier question.
  public private(set) var hasGrown = false
  /// Who runs the study at this moment; files may be found half made.
  public let isRunning: Bool

  let folder: StudyFolder
  let runCommand: String

  /// Looks at all files of a study; each is read once.
  ///
  /// - Throws: `FileFormatError` or `JSONError.unreadable` if one is there and cannot be read.
  public init(_ folder: StudyFolder) throws {
    self.folder = folder
    runCommand = "autodistill run \(folder.shellWord)"
    isRunning = StudyLock.isHeld(folder)
    readJournal()
    readDefinition()
    if let state { try compareFiles(state) }
    try addSealedFiles()
    if let state { addFindings(state) }
    for path in folder.writtenFolders.flatMap(Leftovers.find).map(folder.relative) {
      items.append(
        Item(
          path: path, condition: .leftover, detail: "of a write that was killed",
          remedy: runCommand))
    }
  }

  /// Whether nothing is missing or damaged.
  public var isIntact: Bool {
    !items.contains { [.missing, .damaged].contains($0.condition) }
  }

  /// Takes in what else was found out, such as about the report.
  public mutating func add(_ item: Item) { items.append(item) }

  private mutating func readJournal() {
    let name = "journal.jsonl"
    guard folder.has(name) else {
      // Before a study is begun there is nothing that a journal would tell of.
      if ["candidates", "teacher", "report"].contains(where: folder.has) {
        items.append(Item(path: name, condition: .missing, detail: "all results were in it"))
      }
      return
    }
    do {
      let summary = try Journal.summary(of: folder)
      state = summary.state
      let lines = "\(summary.lines) line\(summary.lines == 1 ? "" : "s")"
      var parts = [lines]
      if summary.uncheckedLines > 0 {
        parts.append("the first \(summary.uncheckedLines) without checksums")
      }
      if summary.unfinishedBytes > 0 {
        parts.append(
          "\(summary.unfinishedBytes) bytes of a line that a kill has cut, which is done again")
      }
      items.append(
        Item(
          path: name, condition: summary.uncheckedLines > 0 ? .unchecked : .intact,
          detail: parts.joined(separator: ", ")))
    } catch {
      items.append(Item(path: name, condition: .damaged, detail: "\(error)"))
    }
  }

  private mutating func readDefinition() {
    let name = "study.json"
    guard folder.has(name) else {
      items.insert(Item(path: name, condition: .missing), at: 0)
      return
    }
    do {
      let read = try StudyFiles(folder)
      var item = Item(path: name, condition: .intact)
      files = read
      let changes = try state.map { try read.changes(since: $0) } ?? []
      hasGrown = !changes.isEmpty
      if hasGrown {
        item.detail =
          "asks for more than the journal and the report have: "
          + changes.map(\.description).joined(separator: "; ")
      }
      items.insert(item, at: 0)
      for name in read.copiedNames {
        items.insert(
          Item(
            path: String(folder.keptCopy(of: name).dropFirst(folder.path.count + 1)),
            condition: .intact, detail: "read in place of \(name), which is not there"), at: 1)
      }
    } catch JSONError.unreadable(let file, let reason) where file != folder.definition {
      fitsJournal = false
      items.insert(
        Item(
          path: file, condition: .missing,
          detail:
            "study.json names this file outside of the folder, and it cannot be read (\(reason))"),
        at: 0)
    } catch {
      fitsJournal = false
      items.insert(Item(path: name, condition: .damaged, detail: "\(error)"), at: 0)
    }
  }

  private mutating func compareFiles(_ state: StudyState) throws {
    let kept = try KeptFiles(folder, state)
    var found = kept.intact.map { Item(path: $0, condition: .intact) }
    found += kept.unknown.map {
      Item(path: $0, condition: .unchecked, detail: "the journal does not say what it holds")
    }
    found += kept.damaged.map {
      Item(
        path: $0.path, condition: .damaged,
        detail: "SHA-256 \($0.found), expected \($0.expected)", remedy: runCommand)
    }
    found += kept.missing.map { Item(path: $0, condition: .missing, remedy: runCommand) }
    if let description = try dataDescription(state) { found.append(description) }
    // What a version before checksums has trained, and is not there, is known by the trainings alone.
    let precision = files?.definition.precision ?? .fp32
    for key in state.keptStudents where !folder.keeps(key, in: precision) {
      let paths = folder.studentFiles(of: key).filter {
        !folder.has($0) && (precision == .int8 || $0.hasSuffix(".safetensors"))
      }
      for path in paths where !found.contains(where: { $0.path == path }) {
        found.append(Item(path: path, condition: .missing, remedy: runCommand))
      }
    }
    items += found.sorted { (place(of: $0.path), $0.path) < (place(of: $1.path), $1.path) }
  }

  /// What describes the prepared data; nil where there are none that the study should have.
  private func dataDescription(_ state: StudyState) throws -> Item? {
    let path = StudyFolder.dataDescription
    guard folder.has(path) else {
      let isMissing = state.keptHashes.keys.contains { $0.hasPrefix("data/") }
      return isMissing ? Item(path: path, condition: .missing, remedy: runCommand) : nil
    }
    let problem = try folder.problemOfDataDescription(state)
    return Item(
      path: path, condition: problem == nil ? .intact : .damaged, detail: problem ?? "",
      remedy: problem == nil ? nil : runCommand)
  }

  /// Data come before the teacher, who comes before students.
  private func place(of path: String) -> Int {
    ["data/", "teacher/"].firstIndex(where: path.hasPrefix) ?? 2
  }
}
