import BayesianOptimization
import Datasets
import FileFormats
import Foundation

extension StudySimulation {
  /// Writes the study that is simulated into a folder of its own: the same, with paths that lead there from
  /// anywhere and what the settings say instead.
  static func write(
    _ files: StudyFiles, _ settings: SimulationSettings, into folder: StudyFolder
  ) throws {
    let base = URL(filePath: files.folder.path).standardizedFileURL.path
    var json = files.definition.json
    for field in ["search_space", "hardware", "data", "teacher"] {
      json = json.replacing(field) { $0.movingPaths(to: base) }
    }
    // Nothing is measured, and what earlier studies know is not simulated.
    for field in ["measure", "warm_start", "workers"] { json = json.removing(field) }
    var search = json.member("search") ?? .object([])
    if let trials = settings.trials { search = search.setting("trials", .integer(trials)) }
    if let lookAhead = settings.lookAhead {
      search = search.setting("look_ahead", .integer(lookAhead))
    }
    if let sampler = settings.sampler {
      search = search.setting("sampler", .text(sampler.rawValue))
      if sampler != .bayesian { search = search.removing("initial_trials") }
    }
    json = json.setting("search", search)
    try Folder.create(folder.path)
    try AtomicFile.write(Data((json.text.formatted + "\n").utf8), to: folder.definition)
  }

  /// Returns a study's data as they are prepared, or prepares them in another folder.
  static func data(
    _ files: StudyFiles, elsewhere folder: StudyFolder
  ) throws -> PreparedDataset {
    let prepared = try? PreparedDataset.open(files.folder.preparedData)
    if let prepared, prepared.definition == files.definition.data { return prepared }
    try Folder.create(folder.preparedData)
    return try DatasetError.naming(files.folder.definition) {
      try PreparedDataset.prepare(
        files.definition.data, baseFolder: files.folder.path, into: folder.preparedData)
    }
  }
}

/// Why a study cannot be simulated.
public enum SimulationError: Error, Hashable, Sendable {
  /// No flash training of the study has ended, and nobody says how long they take.
  case noTimes(folder: String)
  /// No student meets the constraints.
  case nothingFeasible(folder: String)
}

extension SimulationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noTimes(let folder):
      "\(folder): no flash training has ended yet, so nothing is known of how long they take; say it "
        + "with --mean-trial, such as --mean-trial 90s"
    case .nothingFeasible(let folder):
      "\(folder): no student meets the constraints, so there is nothing to simulate"
    }
  }
}
