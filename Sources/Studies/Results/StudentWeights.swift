import Datasets
import DeployedModels
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import TFLiteFiles

/// A fully trained student as its study keeps it, for use elsewhere.
public struct StudentWeights {
  public let model: TrainedModel
  /// The architecture, its network, the classes, and the statistics by which images are standardised.
  public let metadata: [String: String]
  /// What the student was trained on.
  public let dataset: PreparedDataset
  /// What the study's students compute in.
  public let precision: Precision
  /// What its study calls it.
  public let key: String
  /// The kernels of the study's devices that run TensorFlow Lite Micro.
  public let kernels: [MicroRuntime.Kernels]
  /// How often the study has trained the student: the weights are those of the first training.
  public let trainings: Int
  /// What a user should know where `study.json` asks for more since, which no run has done yet; nil where it does not.
  public let growthNote: String?
  let folder: StudyFolder
  private let calibrationImages: Int
  private let seed: UInt64
  /// The full training that left the weights; nil where the report does not know it.
  private let run: StudyResults.Run?

  /// Returns the key that a user means: `best` is the most accurate student on the front that is kept; a reference
  /// design may be called by its name.
  ///
  /// - Throws: As `init`; `StudyError.missing` if there is no such student yet.
  public static func key(_ name: String, in folder: StudyFolder) throws -> String {
    var files = try StudyFiles(folder)
    guard name == "best" else { return files.space.key(ofNameOrKey: name) }
    let state = try Journal.state(of: folder)
    files = try files.ofResults(state)
    let best = StudyResults(files.definition, state).mostAccurate {
      folder.keeps($0.key, in: files.definition.precision)
    }
    guard let best else {
      throw StudyError.missing(
        "no student of \(folder.path) is on a front and kept there: run autodistill run "
          + folder.shellWord)
    }
    return best.key
  }

  /// Reads a student's weights. Nothing is written, and the data set's own files need not be there where the
  /// study has prepared them. What `study.json` asks for since the results were made changes nothing.
  ///
  /// - Parameter dataFolder: Where the named data set lies, instead of where the study says.
  /// - Throws: `StudyError.missing` saying why there are none and what to do; `StudyError.damaged` if they are
  ///   not those that the journal knows; as `StudyFiles.check`.
  public init(of key: String, in folder: StudyFolder, dataFolder: String?) throws {
    let present = try StudyFiles(folder)
    let state = try Journal.state(of: folder)
    let files = try present.ofResults(state)
    let fields = try present.changes(since: state).map(\.field)
    growthNote =
      fields.isEmpty
      ? nil
      : "\(folder.definition) asks for more since (\(fields.joined(separator: ", "))); the student is one of the "
        + "results so far"
    let architecture = try StudentWeights.check(key, files, state)
    try StudentWeights.checkContents(of: key, in: folder, state)
    let dataset = try StudentWeights.dataset(folder, state, dataFolder)
    let shape = TensorShape(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
    let network = try files.space.network(
      for: architecture, input: shape, classes: dataset.classes)
    do {
      model = try TrainedModel(network, contentsOf: folder.weights(of: key))
    } catch {
      throw StudyError.missing(
        "\(error); delete the file, and autodistill run \(folder.shellWord) trains the student again"
      )
    }
    func list(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: " ") }
    var metadata = [
      "architecture": key, "description": files.space.description(of: architecture),
      "network": network.identity, "classes": String(dataset.classes),
      "pixel_mean": list(dataset.standardization.mean),
      "pixel_deviation": list(dataset.standardization.standardDeviation),
      "pixel_type": dataset.pixelType.rawValue,
    ]
    if let names = dataset.classNames {
      // One a line.
      metadata["class_names"] = names.map { $0.replacing(/\R/, with: " ") }.joined(separator: "\n")
    }
    (self.metadata, self.dataset) = (metadata, dataset)
    let definition = files.definition
    (precision, seed) = (definition.precision, definition.seed)
    calibrationImages = (definition.quantization ?? .defaults).calibrationImages
    (self.key, self.folder) = (key, folder)
    // The weights that are kept are those of the first repetition.
    let results = StudyResults(definition, state)
    let runs =
      results.students.filter { $0.key == key }.flatMap(\.runs)
      + (results.references + results.controls).filter { $0.key == key }.flatMap(\.runs)
    run = runs.first { $0.seed == 0 }
    trainings = max(1, Set(runs.map(\.seed)).count)
    let runtimes = files.profiles.compactMap { $0.deployment?.arena?.runtime.kernels }
    kernels = MicroRuntime.Kernels.allCases.filter(runtimes.contains)
  }

  /// Returns how well the report says the student classifies the validation split; nil where it says nothing.
  public func reported(in precision: Precision) -> Evaluation? {
    if precision == self.precision { return run?.validation }
    return precision == .fp32 ? run?.quantization?.fp32 : nil
  }

  /// Returns how well the report says the student classifies the test split; nil where it says nothing.
  public func reportedTest(in precision: Precision) -> Evaluation? {
    precision == self.precision ? run?.test : nil
  }

  /// Returns which images of it the report says the student classifies rightly.
  public func reportedOutcome(in precision: Precision) -> SplitOutcome? {
    precision == self.precision ? run?.validationOutcome : nil
  }

  /// Returns the student as files are made of it. Where the study keeps none in int8, it is quantised as it was
  /// trained, by images of the training split.
  ///
  /// - Throws: `DeploymentError` or `QuantizationError` for a student that int8 does not express; `StudyError.missing`
  ///   if the file that the study kept is not there any more.
  public func exported(in precision: Precision) throws -> ExportedStudent {
    guard precision == .int8 else { return ExportedStudent(model) }
    guard self.precision == .int8 else {
      return try ExportedStudent(
        quantizing: model, calibrationImages: calibrationImages, of: BatchReader(dataset),
        seed: seed)
    }
    let path = folder.integerModel(of: key)
    guard FileManager.default.fileExists(atPath: path) else {
      throw StudyError.missing(
        "the student in int8 is not there any more (\(path)): autodistill run \(folder.shellWord) trains it again"
      )
    }
    return ExportedStudent(model, integers: try TFLiteFile.read(path).model)
  }

  /// Checks that a student has had its full training here and that its weights are there.
  private static func check(
    _ key: String, _ files: StudyFiles, _ state: StudyState
  ) throws -> Architecture {
    let folder = files.folder
    let results = StudyResults(files.definition, state)
    var known = results.students.map(\.key)
    known += (results.references + results.controls).map(\.key).filter { !known.contains($0) }
    guard known.contains(key), let architecture = try? files.space.architecture(key: key) else {
      // A reference design may be called by its name.
      let kept = known.filter { folder.keeps($0, in: files.definition.precision) }.map { key in
        results.references.first { $0.key == key }.map { "\($0.name) (\(key))" } ?? key
      }
      throw StudyError.missing(
        "'\(key)' has not been distilled in \(folder.path): "
          + (kept.isEmpty
            ? "run autodistill run \(folder.shellWord)"
            : "expected one of \(kept.joined(separator: ", "))"))
    }
    guard folder.keeps(key, in: .fp32) else {
      let why =
        state.isTold(key)
        ? "'\(key)' was trained elsewhere, so its weights are where that was done"
        : "the weights of '\(key)' are not there any more (\(folder.weights(of: key))): "
          + "autodistill run \(folder.shellWord) trains it again"
      throw StudyError.missing("\(folder.path): \(why)")
    }
    return architecture
  }

  /// Checks that a student's files are those that its training has left.
  ///
  /// - Throws: `StudyError.damaged` naming both hashes.
  private static func checkContents(
    of key: String, in folder: StudyFolder, _ state: StudyState
  ) throws {
    for path in folder.studentFiles(of: key) {
      guard let expected = state.keptHashes[path], let found = try folder.hash(of: path),
        found != expected
      else { continue }
      throw StudyError.damaged(
        path: folder.appending(path), found: found, expected: expected,
        remedy: "autodistill run \(folder.shellWord) trains the student again")
    }
  }

  /// Returns the data set that the study was trained on: as it has prepared it, or else prepared once more.
  private static func dataset(
    _ folder: StudyFolder, _ state: StudyState, _ dataFolder: String?
  ) throws -> PreparedDataset {
    if dataFolder == nil, let prepared = try? PreparedDataset.open(folder.preparedData),
      prepared.contentHash == state.began?.dataHash
    {
      try folder.checkKept("data/", state)
      return prepared
    }
    // Data that differ from those of the results are refused here.
    return try StudyInputs(folder, dataFolder: dataFolder).dataset
  }
}
