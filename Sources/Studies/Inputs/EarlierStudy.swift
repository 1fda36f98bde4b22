import Distillation
import FileFormats
import Foundation
import SearchSpaces

/// A study that an earlier run has left in its folder, finished or not.
struct EarlierStudy {
  /// Its folder, as `study.json` gives it.
  let name: String
  let folder: StudyFolder
  private let definition: StudyDefinition
  let began: JournalEvent.Began
  private let state: StudyState

  /// Reads the study number `index` of `warm_start`.
  init(_ index: Int, of inputs: StudyInputs) throws(JSONError) {
    let name = inputs.definition.warmStart[index]
    let folder = StudyFolder(inputs.folder.appending(name))
    func expected(_ expectation: String) -> JSONError {
      .invalid(
        file: inputs.folder.definition, field: "warm_start[\(index)]", value: "\"\(name)\"",
        expected: expectation)
    }
    guard !folder.isSame(as: inputs.folder) else { throw expected("another study's folder") }
    let (definition, state): (StudyDefinition, StudyState)
    do {
      definition = try StudyDefinition(contentsOf: folder.definition)
      state = try Journal.state(of: folder)
    } catch {
      throw expected("the folder of an earlier study: \(error)")
    }
    (self.name, self.folder, self.definition, self.state) = (name, folder, definition, state)
    guard let began = state.began, state.trials.contains(where: { $0.flashAccuracy != nil }) else {
      throw expected(
        "a study with finished flash trials; \(folder.path) has none: run autodistill search "
          + folder.shellWord)
    }
    self.began = began
    // Its own file may have other reference designs, which change nothing of what a key means. Where it is not
    // there any more, and on another space, the next check says so.
    let path = folder.inputPath(definition.searchSpace)
    let space =
      (try? definition.openSpace(contentsOf: path, file: folder.definition)) ?? inputs.space
    let hashes = definition.identities(in: space).map(ContentHash.hexadecimal(of:))
    guard hashes.contains(state.studyHash ?? began.studyHash) || began.spaceHash != inputs.spaceHash
    else {
      throw expected(
        "a study whose \(folder.definition) has not changed since its journal was begun")
    }
    guard definition.search.recipe.identity == inputs.definition.search.recipe.identity else {
      throw expected(
        "a study whose search.recipe has the same decisions with the same values: keys have them, too"
      )
    }
    guard began.spaceHash == inputs.spaceHash else {
      throw expected(
        "a study on the same search space: its \(folder.appending(definition.searchSpace)) is not "
          + "the same file as \(inputs.folder.appending(inputs.definition.searchSpace))")
    }
  }

  /// The trials that ended well, at the study's own flash fraction: those at one that its audit has
  /// raised do not compare.
  var measured: [StudyState.Trial] {
    state.trials.filter { $0.flashAccuracy != nil && $0.result?.fraction == nil }
  }

  /// Those at the fraction that its audit has raised.
  var measuredLonger: [StudyState.Trial] {
    state.trials.filter { $0.flashAccuracy != nil && $0.result?.fraction != nil }
  }

  /// Its fully trained students in the order in which they ended, and those that it has from earlier studies
  /// itself. Trainings that were lost say nothing about a student.
  var trained: [JournalEvent.Imported.Trained] {
    var students: [JournalEvent.Imported.Trained] = []
    func add(_ training: JournalEvent.Imported.FullTraining, of key: String) {
      guard training.outcome.loss == nil else { return }
      let index = students.firstIndex { $0.key == key }
      guard let index else {
        students.append(
          .init(key: key, trainings: [training], isElsewhere: state.isTold(key) ? true : nil))
        return
      }
      let isKnown = students[index].trainings.contains {
        ($0.repetition, $0.isBaseline) == (training.repetition, training.isBaseline)
      }
      if !isKnown { students[index].trainings.append(training) }
    }
    for training in state.distilled {
      add(.init(training), of: state.trials[training.trial].key)
    }
    for training in state.referenceTrainings { add(.init(training), of: training.key) }
    for student in (state.imported?.sources ?? []).flatMap({ $0.trained ?? [] }) {
      for training in student.trainings { add(training, of: student.key) }
    }
    return students
  }

  /// Whether a full training there gives what it gives here, bit for bit on one machine.
  func hasSameFullTrainings(
    as inputs: StudyInputs, teacher: JournalEvent.TeacherReady
  ) -> Bool {
    let now = inputs.definition
    return began.dataHash == inputs.dataset.contentHash
      && hasSameTeacher(teacher, now) && hasSameSeed(as: now)
      && definition.fullIdentity == now.fullIdentity
      && definition.flash.statisticsBatches == now.flash.statisticsBatches
      && definition.precision == now.precision && definition.quantization == now.quantization
  }

  /// Returns what its flash accuracies come from and this study's do not, in words.
  ///
  /// Rungs are none of it: being examined changes nothing in a training that continues.
  func differences(
    from inputs: StudyInputs, teacher: JournalEvent.TeacherReady
  ) -> [String] {
    // On another data set the length may come out otherwise, but then everything is different.
    var earlier = definition
    earlier.flash = earlier.flash.lengthened(
      for: earlier.full, trainingCount: earlier.full.trainingCount(of: inputs.dataset),
      classes: inputs.dataset.classes)
    earlier = earlier.calibrated(by: state)
    let now = inputs.definition
    var differences: [String] = []
    if began.dataHash != inputs.dataset.contentHash { differences.append("data set") }
    if !hasSameTeacher(teacher, now) { differences.append("teacher") }
    if earlier.flashIdentity != now.flashIdentity
      || earlier.flash.statisticsBatches != now.flash.statisticsBatches
    {
      differences.append("flash recipe")
    }
    if !hasSameSeed(as: now) { differences.append("seed") }
    return differences
  }

  /// Whether its students have learnt from the teacher of this study.
  private func hasSameTeacher(_ teacher: JournalEvent.TeacherReady, _ now: StudyDefinition) -> Bool
  {
    state.teacher.map { teacher.teaches(as: $0, in: now) } ?? false
  }

  /// Whether its trainings draw what these draw; those of a merged study may be of several seeds.
  private func hasSameSeed(as now: StudyDefinition) -> Bool {
    ([definition.seed] + (state.merged?.sources.map(\.seed) ?? [])).allSatisfy { $0 == now.seed }
  }
}

extension JournalEvent.TeacherReady {
  /// Whether students learn from another teacher what they learn from this one.
  ///
  /// On clean images they see its logits alone, unless its features are compared: equal ones are the same teacher,
  /// whatever its form.
  fileprivate func teaches(as other: Self, in study: StudyDefinition) -> Bool {
    if weightsHash == other.weightsHash { return true }
    return study.full.teacherView == .clean && !study.comparesFeatures && logitsHash != nil
      && logitsHash == other.logitsHash
  }
}

extension StudyFolder {
  /// Whether both paths lead to one folder.
  func isSame(as other: StudyFolder) -> Bool {
    func resolved(_ folder: StudyFolder) -> String {
      URL(filePath: folder.path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    return resolved(self) == resolved(other)
  }
}
