import Datasets
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces

/// Everything that a study reads: its definition and the files that it names, checked together.
public struct StudyInputs: Sendable {
  public let folder: StudyFolder
  public internal(set) var definition: StudyDefinition
  public let space: SearchSpace
  /// In the order of `hardware` in `study.json`, each with a name of its own.
  public let profiles: [HardwareProfile]
  public let reader: BatchReader
  public let teacherNetwork: Network
  let studyHash: String
  /// The hashes that the study may have been begun with: this version's, and that of one without reference
  /// designs.
  private let acceptedStudyHashes: [String]
  /// Of the file without its reference designs, which change nothing of what a key means.
  package let spaceHash: String
  /// Those of several profiles with commas between them; nil without any.
  let profileHash: String?

  /// Reads a study and prepares its data.
  ///
  /// - Parameter dataFolder: Where the named data set lies, instead of where the study says.
  /// - Throws: An error that names file, field, value and what was expected.
  public init(_ folder: StudyFolder, dataFolder: String? = nil) throws {
    var definition = try StudyDefinition(contentsOf: folder.definition)
    if let dataFolder { try definition.data.move(to: dataFolder) }
    self.folder = folder
    let spacePath = folder.appending(definition.searchSpace)
    space = try SearchSpace(contentsOf: spacePath)
    let profilePaths = definition.hardware.map(folder.appending)
    profiles = try profilePaths.map(HardwareProfile.init(contentsOf:))
    try definition.check(profiles, file: folder.definition)
    try Folder.create(folder.preparedData)
    let dataset = try PreparedDataset.prepare(
      definition.data, baseFolder: folder.path, into: folder.preparedData)
    reader = BatchReader(dataset)
    definition.flash = definition.flash.lengthened(
      for: definition.full, trainingCount: dataset.count(.training), classes: dataset.classes)
    let shape = TensorShape(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
    for (recipe, field) in [
      (definition.teacher.recipe, "teacher.recipe"), (definition.full, "full"),
    ] {
      try recipe.augmentation.validate(
        height: shape.height, width: shape.width, field: field + ".augmentation")
      try StudyInputs.check(
        batch: recipe.batch, field: field + ".batch", dataset: dataset, file: folder.definition)
    }
    try StudyInputs.check(
      batch: definition.flash.batch, field: "flash.batch", dataset: dataset,
      file: folder.definition)
    do {
      teacherNetwork = try definition.teacher.network.network(
        input: shape, classes: dataset.classes)
    } catch {
      throw JSONError.invalid(
        file: folder.definition, field: "teacher.network", value: "a network that cannot be built",
        expected: "layers that fit images of \(shape): \(error)")
    }
    try space.checkNetworks(input: shape, classes: dataset.classes)
    try definition.checkReferences(of: space, file: folder.definition)
    acceptedStudyHashes = definition.identities(in: space).map(ContentHash.hexadecimal(of:))
    studyHash = acceptedStudyHashes[0]
    spaceHash = try StudyInputs.hash(ofSpace: spacePath)
    profileHash =
      profilePaths.isEmpty
      ? nil : try profilePaths.map(ContentHash.hexadecimal(ofFile:)).joined(separator: ",")
    let enqueued = definition.search.enqueue
    definition.search.enqueue = enqueued.map(space.key(ofNameOrKey:))
    self.definition = definition
    try checkEnqueued(as: enqueued)
  }

  private static func hash(ofSpace path: String) throws -> String {
    let json = try MappedFile(path).withUnsafeBytes { Data($0) }
    return ContentHash.hexadecimal(
      of: try JSONField.text(json, withoutMember: "references", file: path))
  }

  /// Checks that the students that `search.enqueue` asks for can be tried, each once.
  ///
  /// - Parameter texts: Their keys or names, as the file has them.
  private func checkEnqueued(as texts: [String]) throws(JSONError) {
    let pricing = StudentPricing(inputs: self)
    let keys = definition.search.enqueue
    for (index, key) in keys.enumerated() {
      func expected(_ expectation: String) -> JSONError {
        .invalid(
          file: folder.definition, field: "search.enqueue[\(index)]", value: "\"\(texts[index])\"",
          expected: expectation)
      }
      if let obstacle = pricing.obstacle(to: key) {
        throw expected("the key of a student that may be trained: \(obstacle)")
      }
      if let first = keys[..<index].firstIndex(of: key) {
        throw expected("each student once; search.enqueue[\(first)] is the same")
      }
    }
  }

  /// Checks that a batch can be filled.
  package static func check(
    batch: Int, field: String, dataset: PreparedDataset, file: String
  ) throws {
    let count = dataset.count(.training)
    guard batch <= count else {
      throw JSONError.invalid(
        file: file, field: field, value: "\(batch)",
        expected: "at most \(count), the number of training images")
    }
  }

  public var dataset: PreparedDataset { reader.dataset }

  /// The shape of the images.
  public var imageShape: TensorShape {
    TensorShape(height: dataset.height, width: dataset.width, channels: dataset.channels)
  }

  /// Returns the student's network.
  public func network(of architecture: Architecture) throws -> Network {
    try space.network(for: architecture, input: imageShape, classes: dataset.classes)
  }

  /// Returns what an architecture's network asks of a device.
  func workload(of architecture: Architecture) throws -> InferenceWorkload {
    try space.workload(of: architecture, input: imageShape, classes: dataset.classes)
  }

  /// Returns the event that begins the study's journal.
  func began(version: String) -> JournalEvent.Began {
    JournalEvent.Began(
      version: version, studyHash: studyHash, spaceHash: spaceHash, profileHash: profileHash,
      dataHash: dataset.contentHash, machine: HostMachine.current().processor)
  }

  /// Checks that the inputs are those that the study's results were made with, if there are any.
  ///
  /// - Throws: `StudyError.changed`, naming what differs.
  public func check(against state: StudyState) throws {
    guard let began = state.began, state.hasResults else { return }
    func compare(_ now: String?, _ then: String?, _ what: String) throws {
      guard now == then else { throw StudyError.changed(folder: folder.path, what: what) }
    }
    let isSameStudy = acceptedStudyHashes.contains(began.studyHash)
    try compare(isSameStudy ? began.studyHash : studyHash, began.studyHash, "study.json")
    try compare(spaceHash, began.spaceHash, "the search space \(definition.searchSpace)")
    let hardware = definition.hardware
    try compare(
      profileHash, began.profileHash,
      "the hardware profile\(hardware.count > 1 ? "s" : "") "
        + (hardware.isEmpty ? "(none)" : hardware.joined(separator: ", ")))
    try compare(dataset.contentHash, began.dataHash, "the data set")
  }
}

extension DatasetDefinition {
  /// Takes the named data set from another folder.
  ///
  /// - Throws: `JSONError` if the data are not a named data set.
  fileprivate mutating func move(to folder: String) throws {
    switch source {
    case .fashionMNIST: source = .fashionMNIST(folder: folder)
    case .cifar10: source = .cifar10(folder: folder)
    case .cifar100: source = .cifar100(folder: folder)
    case .arrays:
      throw JSONError.invalid(
        file: "--data", field: "", value: folder,
        expected: "no such option for a study that names its own image files")
    }
  }
}
