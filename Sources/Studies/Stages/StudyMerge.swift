import Distillation
import FileFormats
import Foundation

/// Puts studies on the same question together in a new one, which has the trials and full trainings of all.
///
/// Their seeds may differ, and what they have tried. Of a student that several have tried the first result with an
/// accuracy counts; one with another seed stands next to it as a repeat. The new study has its search behind it:
/// a run chooses finalists among all trials and trains what is missing.
public struct StudyMerge {
  struct Part {
    let name: String
    let inputs: StudyInputs
    let state: StudyState
    let teacher: JournalEvent.TeacherReady
    /// A hash of what students see of the teacher: equal answers are equal teachers, whatever their form.
    let teacherHash: String

    init(_ name: String, dataFolder: String?) throws {
      let folder = StudyFolder(name)
      let read = try StudyInputs(folder, dataFolder: dataFolder)
      state = try Journal.state(of: folder)
      try read.check(against: state)
      inputs = read.calibrated(by: state)
      guard let teacher = state.teacher, state.trials.contains(where: { $0.flashAccuracy != nil })
      else {
        throw StudyError.missing(
          "\(name): there are no finished flash trials to merge; run autodistill search "
            + folder.shellWord)
      }
      (self.name, self.teacher) = (name, teacher)
      teacherHash =
        inputs.definition.full.teacherView == .augmented || inputs.definition.comparesFeatures
        ? try inputs.teacher.live().contentHash
        : try SoftTargets(
          contentsOf: folder.softTargets, count: inputs.dataset.count(.training),
          classes: inputs.dataset.classes
        ).contentHash
    }

    /// Texts of everything that makes results comparable, by the field of `study.json` that says it.
    var question: [(field: String, value: String)] {
      let definition = inputs.definition
      return [
        ("data", inputs.dataset.contentHash), ("search_space", inputs.spaceHash),
        ("teacher", teacherHash),
        ("flash", "\(definition.flashIdentity) statistics=\(definition.flash.statisticsBatches)"),
        (
          "what the audit has done to the flash fraction",
          "\(state.raisedFraction.map { "raised to \($0)" } ?? "not raised")"
        ),
        ("full", definition.fullIdentity), ("precision", definition.precision.rawValue),
        ("quantization", definition.quantization?.identity ?? ""),
        ("fix", definition.json.member("fix")?.canonical() ?? ""),
        ("hardware", state.profileHash ?? ""),
      ]
        + GrowthRule.all.filter { $0.effects.contains(.costs) }
        .map { ($0.field, $0.value(definition)) }
    }
  }

  let parts: [Part]
  private let dataFolder: String?

  /// Reads the studies.
  ///
  /// - Parameter dataFolder: Where the named data set lies, instead of where the studies say.
  /// - Throws: An error that names the study and the field in which its question is another one.
  public init(_ folders: [String], dataFolder: String? = nil) throws {
    for (index, folder) in folders.enumerated() {
      let earlier = folders[..<index].first { StudyFolder($0).isSame(as: StudyFolder(folder)) }
      if let earlier {
        throw StudyError.missing("\(folder) and \(earlier) are one study: give each once")
      }
    }
    self.dataFolder = dataFolder
    parts = try folders.map { try Part($0, dataFolder: dataFolder) }
    guard let first = parts.first else { return }
    for part in parts.dropFirst() {
      for (one, other) in zip(first.question, part.question) where one.value != other.value {
        throw StudyError.missing(
          "\(part.name) and \(first.name) cannot be merged: \(one.field) is not the same "
            + "(\(StudyMerge.difference(other.value, one.value)))")
      }
    }
  }

  /// Returns two texts from a little before where they begin to differ.
  private static func difference(_ a: String, _ b: String) -> String {
    let start = max(0, a.commonPrefix(with: b).count - 30)
    func part(_ text: String) -> String {
      let rest = text.dropFirst(start)
      return (start > 0 ? "…" : "") + rest.prefix(60) + (rest.count > 60 ? "…" : "")
    }
    return "\(part(a)) and \(part(b))"
  }

  /// Writes the new study, as a whole or not at all.
  ///
  /// - Parameters:
  ///   - path: Its folder, which must not be there or be empty.
  ///   - version: The program's.
  /// - Returns: How many trials and full trainings it has.
  public func write(
    to path: String, version: String
  ) throws -> (trials: Int, fullTrainings: Int) {
    let target = StudyFolder(path)
    try target.checkIsFree(for: "merge")
    return try target.writeAtomically { try fill($0, version: version) }
  }

  private func fill(
    _ folder: StudyFolder, version: String
  ) throws -> (trials: Int, fullTrainings: Int) {
    var merged = MergedResults()
    for part in parts { merged.addTrials(of: part) }
    for part in parts { merged.addFullTrainings(of: part) }
    let asked = max(merged.trials.count, parts[0].inputs.definition.finalists.count)
    try Folder.create(folder.path)
    try AtomicFile.write(definition(trials: asked), to: folder.definition)
    try copyFiles(to: folder)
    let inputs = try StudyInputs(folder, dataFolder: dataFolder)
    var teacher = parts[0].teacher
    teacher.identity = try TeacherStage.identity(inputs)
    var events: [JournalEvent] = [.began(inputs.began(version: version)), .teacherReady(teacher)]
    if let length = parts[0].state.flashLength { events.append(.flashLength(length)) }
    events += merged.searchEvents
    if asked == merged.trials.count {
      events.append(
        .searchEnded(JournalEvent.SearchEnded(trials: merged.trials.count, isExhausted: false)))
    }
    events += merged.trainingEvents(
      choosing: {
        var chosen = ReferenceSelection(inputs: inputs).chosen()
        // Which controls the new study needs is known when its finalists are trained.
        chosen.isProvisional = inputs.definition.attribution ? true : nil
        return chosen
      },
      withoutWeights: { !folder.keeps($0, in: inputs.definition.precision) })
    events.insert(.kept(try StudyMerge.kept(in: folder)), at: 1)
    try AtomicFile.write(Journal.text(of: events), to: folder.journal)
    let state = try Journal.state(of: folder)
    return (state.trials.count, state.fullTrainingCount)
  }

  /// Returns what the files of the new study hold.
  private static func kept(in folder: StudyFolder) throws -> JournalEvent.Kept {
    let path = folder.appending("candidates")
    let keys = try FileManager.default.contentsOfDirectory(atPath: path)
    return try JournalEvent.Kept(
      folder.teacherFiles() + folder.dataFiles() + keys.flatMap(folder.studentFiles), in: folder)
  }

  /// Takes the teacher and the students' weights over; those of the first study that has them.
  private func copyFiles(to folder: StudyFolder) throws {
    let manager = FileManager.default
    try manager.copyItem(atPath: parts[0].inputs.folder.teacher, toPath: folder.teacher)
    try Folder.create(folder.appending("candidates"))
    for part in parts {
      let state = part.state
      let keys = state.distilled.map { state.trials[$0.trial].key }
      for key in Set(keys + state.referenceTrainings.map(\.key))
      where part.inputs.folder.keeps(key, in: part.inputs.definition.precision)
        && !manager.fileExists(atPath: folder.candidate(key))
      {
        try folder.copyStudent(
          key, from: part.inputs.folder, in: part.inputs.definition.precision)
      }
    }
  }
}
