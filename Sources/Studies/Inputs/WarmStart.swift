import BayesianOptimization
import Distillation
import FileFormats
import Foundation
import SearchSpaces

/// The earlier studies that a search begins with, read before anything is trained.
///
/// Where data, teacher, flash recipe and seed are the same, an earlier flash accuracy holds here too,
/// on whatever device: only the costs are computed again. Where anything of these differs, it is told
/// to the sampler as the result of something alike.
struct WarmStart {
  private let studies: [EarlierStudy]

  /// Reads the studies that `study.json` names.
  ///
  /// - Throws: `JSONError` naming the field, if one of them cannot be used.
  init(_ inputs: StudyInputs) throws(JSONError) {
    var studies: [EarlierStudy] = []
    for index in inputs.definition.warmStart.indices {
      studies.append(try EarlierStudy(index, of: inputs))
    }
    self.studies = studies
  }

  /// Returns what the journal should say of them.
  ///
  /// - Parameters:
  ///   - inputs: This study, with the length of its flash trainings.
  ///   - teacherHash: The hash of its teacher's weights.
  func imported(
    into inputs: StudyInputs, teacherHash: String
  ) throws -> JournalEvent.Imported {
    JournalEvent.Imported(sources: try studies.map { try source($0, inputs, teacherHash) })
  }

  private func source(
    _ study: EarlierStudy, _ inputs: StudyInputs, _ teacherHash: String
  ) throws -> JournalEvent.Imported.Source {
    let differences = study.differences(from: inputs, teacherHash: teacherHash)
    var source = JournalEvent.Imported.Source(
      study: study.name, version: study.began.version, machine: study.began.machine,
      differences: differences, carried: [], related: [])
    let pricing = StudentPricing(inputs: inputs)
    if differences.isEmpty {
      // What its audit has made longer is no result here, but it tells which students are good.
      source.related = study.measuredLonger.compactMap { trial in
        trial.result?.validation.map { .init(key: trial.key, validation: $0) }
      }
    }
    for trial in study.measured {
      guard let validation = trial.result?.validation else { continue }
      let architecture = try inputs.space.architecture(key: trial.key)
      if !differences.isEmpty {
        source.related.append(
          JournalEvent.Imported.Related(key: trial.key, validation: validation))
      } else if let costs = pricing.costs(of: architecture) {
        source.carried.append(
          JournalEvent.Imported.Carried(
            key: trial.key, costs: costs, isFeasible: pricing.violation(costs) == 0,
            validation: validation, rungs: trial.result?.rungs))
      }
    }
    return source
  }
}

/// A study that an earlier run has left in its folder, finished or not.
private struct EarlierStudy {
  /// Its folder, as `study.json` gives it.
  let name: String
  let definition: StudyDefinition
  let began: JournalEvent.Began
  let state: StudyState

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
    (self.name, self.definition, self.state) = (name, definition, state)
    guard let began = state.began, state.trials.contains(where: { $0.flashAccuracy != nil }) else {
      throw expected(
        "a study with finished flash trials; \(folder.path) has none: run autodistill search "
          + folder.shellWord)
    }
    self.began = began
    // Its own file may have other reference designs, which change nothing of what a key means. Where it is not
    // there any more, and on another space, the next check says so.
    let path = folder.appending(definition.searchSpace)
    let space = (try? SearchSpace(contentsOf: path)) ?? inputs.space
    let hashes = definition.identities(in: space).map(ContentHash.hexadecimal(of:))
    guard hashes.contains(state.studyHash ?? began.studyHash) || began.spaceHash != inputs.spaceHash
    else {
      throw expected(
        "a study whose \(folder.definition) has not changed since its journal was begun")
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

  /// Returns what its flash accuracies come from and this study's do not, in words.
  ///
  /// Rungs are none of it: being examined changes nothing in a training that continues.
  func differences(from inputs: StudyInputs, teacherHash: String) -> [String] {
    // On another data set the length may come out otherwise, but then everything is different.
    var earlier = definition
    earlier.flash = earlier.flash.lengthened(
      for: earlier.full, trainingCount: inputs.dataset.count(.training),
      classes: inputs.dataset.classes)
    earlier = earlier.calibrated(by: state)
    let now = inputs.definition
    var differences: [String] = []
    if began.dataHash != inputs.dataset.contentHash { differences.append("data set") }
    if state.teacher?.weightsHash != teacherHash { differences.append("teacher") }
    if earlier.flash.compressed(earlier.full).identity != now.flash.compressed(now.full).identity
      || earlier.flash.statisticsBatches != now.flash.statisticsBatches
    {
      differences.append("flash recipe")
    }
    if earlier.seed != now.seed { differences.append("seed") }
    return differences
  }
}

extension StudyFolder {
  /// Whether both paths lead to one folder.
  fileprivate func isSame(as other: StudyFolder) -> Bool {
    func resolved(_ folder: StudyFolder) -> String {
      URL(filePath: folder.path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    return resolved(self) == resolved(other)
  }
}
