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
///
/// Where data, teacher, full recipe and seed are the same, earlier full trainings hold here too.
///
/// Students that contradict a decision fixed here are left out.
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
  ///   - teacher: Its teacher.
  func imported(
    into inputs: StudyInputs, teacher: JournalEvent.TeacherReady
  ) throws -> JournalEvent.Imported {
    JournalEvent.Imported(sources: try studies.map { try source($0, inputs, teacher) })
  }

  /// Takes over the weights of students whose full trainings hold here, if they are there and not here yet.
  ///
  /// - Throws: `FileFormatError` if they cannot be written.
  func copyWeights(of imported: JournalEvent.Imported, into inputs: StudyInputs) throws {
    for (study, source) in zip(studies, imported.sources) {
      for student in source.trained ?? [] {
        try inputs.folder.copyStudent(
          student.key, from: study.folder, in: inputs.definition.precision)
      }
    }
  }

  private func source(
    _ study: EarlierStudy, _ inputs: StudyInputs, _ teacher: JournalEvent.TeacherReady
  ) throws -> JournalEvent.Imported.Source {
    let differences = study.differences(from: inputs, teacher: teacher)
    var source = JournalEvent.Imported.Source(
      study: study.name, version: study.began.version, machine: study.began.machine,
      differences: differences, carried: [], related: [])
    let pricing = StudentPricing(inputs: inputs)
    func isOpen(_ key: String) -> Bool { !inputs.space.rulesOut(key: key) }
    let closed = study.measured.count { !isOpen($0.key) }
    if closed > 0 { source.ruledOut = closed }
    if differences.isEmpty {
      // What its audit has made longer is no result here, but it tells which students are good.
      source.related = study.measuredLonger.filter { isOpen($0.key) }.compactMap { trial in
        trial.result?.validation.map { .init(key: trial.key, validation: $0) }
      }
    }
    for trial in study.measured where isOpen(trial.key) {
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
    if study.hasSameFullTrainings(as: inputs, teacher: teacher) {
      source.trained = study.trained.filter { isOpen($0.key) }
    }
    return source
  }
}
