import FileFormats
import Foundation
import HardwareProfiles

extension StudyFiles {
  /// Returns what the files ask for that the study's results were not made for; nil where the files are the
  /// same.
  ///
  /// - Throws: `StudyError` naming what may not change.
  func difference(from state: StudyState) throws -> StudyDifference? {
    guard let began = state.began, let knownHash = state.studyHash, state.hasResults else {
      return nil
    }
    try compare(
      spaceHash, began.spaceHash,
      "the search space \(definition.searchSpace)"
        + (definition.search.recipe.isEmpty ? "" : ", or what search.recipe decides,"))
    guard !acceptedStudyHashes.contains(knownHash) else {
      return profileHash == state.profileHash
        ? nil : try addingProfiles(to: StudyDifference(), definition.hardware, state)
    }
    let old = try keptDefinition(state)
    let difference = try old.difference(from: definition, in: folder.path)
    return try addingProfiles(to: difference, old.hardware, state)
  }

  /// The definition that the journal keeps.
  func keptDefinition(_ state: StudyState) throws -> StudyDefinition {
    guard let text = state.studyText else {
      throw StudyError.unknownChange(
        folder: folder.path, version: state.began?.version ?? "unknown")
    }
    var old = try StudyDefinition(kept: text)
    let hashes = old.identities(in: space).map(ContentHash.hexadecimal(of:))
    guard let known = state.studyHash, hashes.contains(known) else {
      throw StudyError.changed(
        folder: folder.path,
        what:
          "what a name or a missing field of study.json stands for, by this version or by the search "
          + "space's reference designs,")
    }
    old.search.enqueue = old.search.enqueue.map(space.key(ofNameOrKey:))
    return old
  }

  /// Adds what has become of the profiles: the trials can be priced on others, as long as none is taken away.
  private func addingProfiles(
    to difference: StudyDifference, _ oldPaths: [String], _ state: StudyState
  ) throws -> StudyDifference {
    let oldHashes = StudyFiles.hashes(state.profileHash)
    let hashes = StudyFiles.hashes(profileHash)
    guard oldHashes != hashes else { return difference }
    var (difference, paths) = (difference, definition.hardware)
    for (path, hash) in zip(oldPaths, oldHashes)
    where !hashes.contains(hash) && !paths.contains(path) {
      throw StudyError.cannotGrow(
        folder: folder.path,
        change: StudyChange(
          field: "hardware", before: StudyFiles.list(oldPaths), after: StudyFiles.list(paths)),
        reason: "a study may only grow",
        way: "set it back and add further devices behind it: \(path) is missing")
    }
    let text = (before: StudyFiles.list(oldPaths), after: StudyFiles.list(paths))
    if oldPaths != paths {
      difference.changes.append(
        StudyChange(field: "hardware", before: text.before, after: text.after))
    }
    for (path, hash) in zip(oldPaths, oldHashes) {
      guard let index = paths.firstIndex(of: path), hashes[index] != hash else { continue }
      difference.changes.append(
        StudyChange(
          field: "hardware: the file \(path)", before: "SHA-256 \(hash.prefix(12))…",
          after: "\(hashes[index].prefix(12))…"))
    }
    difference.effects.formUnion(GrowthRule.newQuestion)
    return difference
  }

  private static func hashes(_ joined: String?) -> [String] {
    joined?.split(separator: ",").map(String.init) ?? []
  }

  private static func list(_ paths: [String]) -> String {
    paths.isEmpty ? StudyDifference.nothing : "[" + paths.joined(separator: ", ") + "]"
  }

  /// Returns what a run would take over: what the files ask for that the study's results were not made for.
  ///
  /// - Throws: `StudyError` naming what may not change.
  public func changes(since state: StudyState) throws -> [StudyChange] {
    try difference(from: state)?.changes ?? []
  }

  /// Returns the files as the study's results were made with them: what `study.json` asks for since is left out.
  ///
  /// - Throws: `StudyError` naming what may not change.
  func ofResults(_ state: StudyState) throws -> StudyFiles {
    guard try !changes(since: state).isEmpty else { return self }
    var files = self
    files.definition = try keptDefinition(state)
    return files
  }

  /// Checks that the files are those that the study's results were made with, if there are any.
  ///
  /// - Throws: `StudyError` naming what differs: `hasGrown` where a run would take it over.
  public func check(against state: StudyState) throws {
    let changes = try changes(since: state)
    guard changes.isEmpty else { throw StudyError.hasGrown(folder: folder.path, changes: changes) }
  }
}

extension StudyInputs {
  /// Returns the growth of the study that its files ask for; nil where they are those that its results were
  /// made with, and where there are no results.
  ///
  /// A journal of a version that did not keep `study.json` gets a growth without changes, which does.
  ///
  /// - Parameters:
  ///   - version: The program's.
  ///   - date: When this is.
  /// - Throws: `StudyError` naming what may not change.
  func growth(
    since state: StudyState, version: String, date: Date
  ) throws -> JournalEvent.Grown? {
    guard let began = state.began, state.hasResults else { return nil }
    let difference = try files.difference(from: state)
    try files.compare(dataset.contentHash, began.dataHash, "the data set")
    guard difference != nil || state.studyText == nil else { return nil }
    let effects = difference?.effects ?? []
    var lengthening: JournalEvent.Grown.Lengthening?
    if effects.contains(.fullTrainings) {
      lengthening = self.lengthening(from: try files.keptDefinition(state), state)
    }
    return JournalEvent.Grown(
      version: version, date: date.formatted(.iso8601), studyHash: files.studyHash,
      study: definition.json.line, profileHash: files.profileHash,
      changes: difference?.changes ?? [],
      effects: effects.sorted { $0.rawValue < $1.rawValue }, lengthening: lengthening)
  }

  private func lengthening(
    from old: StudyDefinition, _ state: StudyState
  ) -> JournalEvent.Grown.Lengthening {
    var old = old
    old.flash = old.flash.lengthened(
      for: old.full, trainingCount: old.full.trainingCount(of: dataset), classes: dataset.classes)
    var lengthening = JournalEvent.Grown.Lengthening(
      before: old.full.epochs, after: definition.full.epochs, flashFraction: nil)
    if !state.trials.isEmpty || state.flashLength != nil {
      lengthening.flashFraction = lengthening.carried(old.calibrated(by: state).flash.fraction)
    }
    return lengthening
  }
}
