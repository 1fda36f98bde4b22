import Datasets
import DeviceMeasurement
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Teachers

/// Everything that a study reads: its files, and the data set that they name, checked together.
public struct StudyInputs: Sendable {
  public internal(set) var files: StudyFiles
  public let reader: BatchReader
  package let teacher: any Teacher

  /// Reads a study and prepares its data.
  ///
  /// - Parameter dataFolder: Where the named data set lies, instead of where the study says; relative to the current
  ///   folder, as people type it, and not to the study's.
  /// - Throws: An error that names file, field, value and what was expected.
  public init(_ folder: StudyFolder, dataFolder: String? = nil) throws {
    var files = try StudyFiles(folder)
    if let dataFolder {
      try files.definition.data.move(
        to: URL(filePath: dataFolder).path, file: folder.definition)
    }
    try Folder.create(folder.preparedData)
    let dataset = try DatasetError.naming(option: dataFolder.map { _ in "--data" }) {
      try StudyInputs.prepared(files)
    }
    try self.init(files, dataset)
  }

  /// Prepares the data that a study names.
  ///
  /// - Throws: As `PreparedDataset.prepare`; what is wrong with a field names the study's file.
  private static func prepared(_ files: StudyFiles) throws -> PreparedDataset {
    let (folder, data) = (files.folder, files.definition.data)
    return try DatasetError.naming(folder.definition) {
      try PreparedDataset.prepare(
        data, baseFolder: folder.path, into: folder.preparedData,
        earlierSplit: earlierSplit(data, in: folder),
        accepting: { try check(contentHash: $0, files) })
    }
  }

  /// Checks that data are those of the study's results, before they take the place of what was prepared of them.
  ///
  /// - Throws: `StudyError` naming what has changed.
  private static func check(contentHash: String, _ files: StudyFiles) throws {
    guard FileManager.default.fileExists(atPath: files.folder.journal) else { return }
    let state = try Journal.state(of: files.folder)
    guard let began = state.began, state.hasResults else { return }
    do {
      // What study.json says otherwise explains more.
      try files.check(against: state)
    } catch StudyError.hasGrown {}
    try files.compare(contentHash, began.dataHash, "the data set")
  }

  /// Checks a study's files together with its data, which are prepared already.
  ///
  /// - Throws: An error that names file, field, value and what was expected.
  init(_ files: StudyFiles, _ dataset: PreparedDataset) throws {
    var files = files
    let folder = files.folder
    files.definition.flash = files.definition.flash.lengthened(
      for: files.definition.full, trainingCount: files.definition.full.trainingCount(of: dataset),
      classes: dataset.classes)
    reader = BatchReader(dataset)
    let shape = TensorShape(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
    let definition = files.definition
    for (field, recipe) in try definition.recipes.everyRecipe() {
      try recipe.check(on: dataset, field: field, file: folder.definition)
      if definition.finalists.baseline, field == "full" {
        try recipe.withoutTeacher(on: dataset).check(
          on: dataset, field: field, file: folder.definition)
      }
    }
    try StudyInputs.checkCounts(definition, dataset, file: folder.definition)
    try Recipe.check(
      batch: definition.flash.batch, field: "flash.batch",
      count: definition.full.trainingCount(of: dataset), file: folder.definition)
    teacher = try definition.teacher.teacher(
      in: TeacherSetting(
        file: folder.definition, baseFolder: folder.path, teacherFolder: folder.teacher,
        reader: reader, seed: definition.seed,
        statisticsBatches: definition.flash.statisticsBatches))
    if let obstacle = teacher.obstacle(to: definition.full.teacherView) {
      throw JSONError.invalid(
        file: folder.definition, field: "full.teacher_view",
        value: "\"\(definition.full.teacherView.rawValue)\"",
        expected: "\"clean\": \(obstacle)")
    }
    try files.space.checkNetworks(input: shape, classes: dataset.classes)
    self.files = files
    try checkLosses()
    try checkEnqueued()
    try checkCompanions()
  }

  /// Checks that all recipes learn from the same images: with others a training would have another number of steps.
  private static func checkCounts(
    _ definition: StudyDefinition, _ dataset: PreparedDataset, file: String
  ) throws(JSONError) {
    let recipes = definition.recipes
    let counts = Set(try recipes.everyRecipe().map { $0.recipe.trainingCount(of: dataset) })
    guard counts.count > 1 else { return }
    throw .invalid(
      file: file, field: recipes.decisions.isEmpty ? "flash.recipe" : "search.recipe",
      value: "recipes that learn from "
        + counts.sorted().map { "\($0)" }.joined(separator: " and from ") + " training images",
      expected:
        "the same images in all recipes, full and flash: those of an unknown class are learnt from where "
        + "something is learnt from the teacher, as with a \"distillation_weight\" above 0, in all recipes or in none"
    )
  }

  /// Returns how the images of the user's own files were dealt out when the study began; nil if `study.json` says
  /// it, or there is no journal.
  private static func earlierSplit(
    _ data: DatasetDefinition, in folder: StudyFolder
  ) -> SplitMethod? {
    guard data.statedSplit == nil, case .files = data.source,
      FileManager.default.fileExists(atPath: folder.journal),
      let began = try? Journal.state(of: folder).began
    else { return nil }
    // Versions that did not say so had no other way.
    return began.data?.split ?? .random
  }

  /// Checks that the students that `search.enqueue` asks for can be tried, each once.
  private func checkEnqueued() throws(JSONError) {
    let pricing = StudentPricing(inputs: self)
    let keys = definition.search.enqueue
    for (index, key) in keys.enumerated() {
      func expected(_ expectation: String) -> JSONError {
        .invalid(
          file: folder.definition, field: "search.enqueue[\(index)]",
          value: "\"\(files.enqueuedTexts[index])\"", expected: expectation)
      }
      if let obstacle = pricing.obstacle(to: key) {
        throw expected("the key of a student that may be trained: \(obstacle)")
      }
      if let first = keys[..<index].firstIndex(of: key) {
        throw expected("each student once; search.enqueue[\(first)] is the same")
      }
    }
  }

  public var folder: StudyFolder { files.folder }
  public var definition: StudyDefinition { files.definition }
  public var space: SearchSpace { files.space }
  public var profiles: [HardwareProfile] { files.profiles }
  package var spaceHash: String { files.spaceHash }
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
    var data = JournalEvent.DataRead(
      dataset.summary, notes: definition.recipes.decisions.isEmpty ? unusedNotes : [])
    if definition.classNames != nil { data.classNames = nil }
    return JournalEvent.Began(
      version: version, studyHash: files.studyHash, spaceHash: files.spaceHash,
      profileHash: files.profileHash,
      dataHash: dataset.contentHash, machine: HostMachine.current().processor,
      validationHash: dataset.validationHash, testHash: dataset.testHash, classes: dataset.classes,
      study: definition.json.line,
      data: data, format: Journal.format)
  }

  /// That images of an unknown class are of no use where nothing is learnt from the teacher.
  private var unusedNotes: [String] {
    let count = dataset.unlabeledCount
    let full = definition.full
    guard count > 0, !full.usesUnlabeledImages else { return [] }
    let hasMore = !full.losses.isEmpty || !full.teaching.isEmpty || !full.stages.isEmpty
    return [
      "\(count) training images of an unknown class are not used: full.distillation_weight is 0"
        + (hasMore ? ", and nothing else in \"full\" learns from them" : "")
    ]
  }

  /// Checks that the inputs are those that the study's results were made with, if there are any.
  ///
  /// - Throws: `StudyError` naming what differs: `hasGrown` where a run would take it over.
  public func check(against state: StudyState) throws {
    try files.check(against: state)
    guard let began = state.began, state.hasResults else { return }
    try files.compare(dataset.contentHash, began.dataHash, "the data set")
  }

  /// Returns the inputs with the flash length that the study has found necessary.
  public func calibrated(by state: StudyState) -> StudyInputs {
    var inputs = self
    inputs.files = files.calibrated(by: state)
    return inputs
  }
}

extension DatasetDefinition {
  /// Takes the named data set from another folder.
  ///
  /// - Parameter file: The study's, for messages.
  /// - Throws: `DatasetError.invalidField` naming the option if the data are not a named data set.
  mutating func move(to folder: String, file: String) throws {
    switch source {
    case .fashionMNIST: source = .fashionMNIST(folder: folder)
    case .cifar10: source = .cifar10(folder: folder)
    case .cifar100: source = .cifar100(folder: folder)
    case .files:
      throw DatasetError.invalidField(
        field: "--data", found: folder,
        expected:
          "no --data: it says where a named data set lies, and \(file) names image files of its own"
      )
    }
  }
}
