import Datasets
import FileFormats
import Foundation
import Teachers

/// A new study of the same question on the old training images and new ones, which begins with what this one knows.
///
/// Validation and test images stay those of the old study, so that accuracies compare. New images without labels are
/// taught by the teacher alone, as it was. The data are copied into the new folder; search space, devices, teacher and the
/// old study itself are named where they are.
public struct Redistillation {
  private let student: StudentWeights
  private let images: NewImages

  /// - Parameters:
  ///   - student: The deployed one; the new study trains it again, whatever else it tries.
  ///   - images: The new ones, with the labels that are known.
  public init(of student: StudentWeights, on images: NewImages) {
    (self.student, self.images) = (student, images)
  }

  /// What a new study was given.
  public struct Outcome: Hashable, Sendable {
    /// Training images that are those of the old study.
    public var oldImages: Int
    /// New training images.
    public var newImages: Int
    /// New images whose class is not known.
    public var unlabeled: Int
  }

  /// Writes the new study, as a whole or not at all.
  ///
  /// - Parameter path: Its folder, which must not be there or be empty.
  /// - Throws: `StudyError.missing` naming what stands in the way: something in the folder, a teacher that cannot be asked
  ///   about new images or cannot be read, images without labels where nothing is learnt from the teacher, images that a
  ///   run would refuse.
  public func write(to path: String) throws -> Outcome {
    let target = StudyFolder(path)
    try target.checkIsFree(for: "redistill")
    let files = try StudyFiles(student.folder)
    let labels = images.labels ?? Array(repeating: -1, count: images.count)
    let unlabeled = labels.count { $0 < 0 }
    guard unlabeled == 0 || files.definition.full.usesUnlabeledImages else {
      throw StudyError.missing(
        "\(unlabeled) new images have no label, and full in \(student.folder.definition) learns nothing from "
          + "images without a label: give --labels")
    }
    let definition = try self.definition(files.definition.json)
    return try target.writeAtomically { folder in
      try Folder.create(folder.appending(Redistillation.imagesFolder))
      try writeData(to: folder, labels)
      try AtomicFile.write(definition.text.formatted + "\n", to: folder.definition)
      do {
        try Redistillation.check(folder)
      } catch {
        let reason = "\(error)".replacing(folder.path, with: path)
        throw StudyError.missing("\(path) is not written, as run would refuse it: \(reason)")
      }
      return Outcome(
        oldImages: student.dataset.count(.training), newImages: images.count, unlabeled: unlabeled)
    }
  }

  /// Checks that a run would take a study: its data, and the teacher, which is given. What that makes is removed again.
  private static func check(_ folder: StudyFolder) throws {
    let teacher = try StudyInputs(folder).teacher
    try teacher.prepare(
      TeacherWork(threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { false }))
    if teacher.obstacleToAsking == nil { _ = try teacher.live() }
    for path in [folder.preparedData, folder.teacher] where Folder.isThere(path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  private static let imagesFolder = "images"

  private static func file(_ split: DatasetSplit, _ what: String) -> String {
    switch split {
    case .training: "\(imagesFolder)/train_\(what).npy"
    case .validation: "\(imagesFolder)/validation_\(what).npy"
    case .test: "\(imagesFolder)/test_\(what).npy"
    }
  }

  /// The old `study.json` with other data, a given teacher, and the old study to begin with.
  private func definition(_ old: JSONValue) throws -> JSONValue {
    let base = URL(filePath: student.folder.path).standardizedFileURL.path
    var json = old
    if case .text(let name)? = old.member("name") {
      json = json.setting("name", .text("\(name), distilled again"))
    }
    for field in ["search_space", "hardware"] {
      json = json.replacing(field) { $0.movingPaths(to: base) }
    }
    let teacher = try old.member("teacher")?.givenTeacher(
      in: base, standardized: student.dataset.standardization)
    if let teacher { json = json.setting("teacher", teacher) }
    json = json.setting("data", data).setting("warm_start", .array([.text(base)]))
    // Reference designs and controls have keys of the search space as well.
    let search = (json.member("search") ?? .object([]))
      .setting("enqueue", .array([.text(student.key)]))
    return json.setting("search", search)
  }

  private var data: JSONValue {
    var members: [JSONValue.Member] = []
    for split in [DatasetSplit.training, .validation, .test] {
      let name = split == .training ? "train" : split == .validation ? "validation" : "test"
      for what in ["images", "labels"] {
        members.append(
          .init(name: "\(name)_\(what)", value: .text(Redistillation.file(split, what))))
      }
    }
    let dataset = student.dataset
    members.append(.init(name: "classes", value: .integer(dataset.classes)))
    members.append(.init(name: "layout", value: .text(PixelLayout.channelsLast.rawValue)))
    if let names = dataset.classNames {
      members.append(.init(name: "class_names", value: .array(names.map { .text($0) })))
    }
    return .object(members)
  }

  private func writeData(to folder: StudyFolder, _ newLabels: [Int]) throws {
    let dataset = student.dataset
    for split in [DatasetSplit.training, .validation, .test] {
      let count = dataset.count(split)
      let isTraining = split == .training
      let writer = try NPYWriter(
        folder.appending(Redistillation.file(split, "images")),
        shape: [
          count + (isTraining ? images.count : 0), dataset.height, dataset.width, dataset.channels,
        ],
        elementType: dataset.pixelType == .uint8 ? .uint8 : .float32)
      let imageBytes = dataset.imageElements * dataset.pixelType.byteCount
      for index in 0..<count {
        try writer.append(Data(bytes: dataset.image(index, of: split), count: imageBytes))
      }
      if isTraining {
        for first in stride(from: 0, to: images.count, by: 1000) {
          try writer.append(try images.stored(first..<min(images.count, first + 1000)))
        }
      }
      try writer.finish()
      var labels = (0..<count).map { Int64(dataset.label($0, of: split)) }
      if isTraining { labels += newLabels.map(Int64.init) }
      try NPYFile.write(
        NumericArray(shape: [labels.count], labels),
        to: folder.appending(Redistillation.file(split, "labels")))
    }
  }
}
