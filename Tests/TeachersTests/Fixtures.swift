import Datasets
import Distillation
import Foundation
import NeuralNetworks
import RandomStreams
import Synchronization
import TestSupport

@testable import FileFormats
@testable import Teachers

/// A folder with data of three classes and what teachers of them are bound to.
struct SmallStudy {
  static let side = 6
  static let classes = 3
  static let names = ["cat", "dog", "eel"]

  let temporary = Result { try TemporaryFolder() }
  let reader: BatchReader
  /// The labels of the training files, in their order.
  let labels: [Int]

  var folder: TemporaryFolder { get throws { try temporary.get() } }

  /// Prepares 120 images, whose class is the brightest of three columns, and perhaps 30 in test files.
  init(hasTestFiles: Bool = false, names: [String]? = nil, isFloat: Bool = false) throws {
    let folder = try temporary.get()
    let (images, labels) = SmallStudy.images(count: 120, seed: 1)
    self.labels = labels
    func write(_ pixels: [UInt8], _ labels: [Int], _ name: String) throws {
      let shape = [labels.count, SmallStudy.side, SmallStudy.side]
      let array =
        isFloat
        ? NumericArray(shape: shape, pixels.map { Float($0) / 64 })
        : NumericArray(shape: shape, pixels)
      try NPYFile.write(array, to: folder.file("\(name).npy"))
      try NPYFile.write(
        NumericArray(shape: [labels.count], labels.map { UInt8($0) }),
        to: folder.file("\(name)-labels.npy"))
    }
    try write(images, labels, "train")
    let test = SmallStudy.images(count: 30, seed: 2)
    if hasTestFiles { try write(test.pixels, test.labels, "test") }
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(images: "train.npy", labels: "train-labels.npy"),
        test: hasTestFiles ? .init(images: "test.npy", labels: "test-labels.npy") : nil,
        classes: SmallStudy.classes, classNames: names),
      validationCount: 20, testCount: hasTestFiles ? nil : 15)
    reader = BatchReader(
      try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: folder.file("data")))
  }

  private static func images(count: Int, seed: UInt64) -> (pixels: [UInt8], labels: [Int]) {
    var stream = RandomStream(seed: seed, purpose: "columns")
    var (pixels, labels): ([UInt8], [Int]) = ([], [])
    for _ in 0..<count {
      let label = stream.integer(below: classes)
      labels.append(label)
      for _ in 0..<side {
        for column in 0..<side {
          let bright = column / 2 == label ? 170.0 : 80
          pixels.append(UInt8(min(255, max(0, bright + 20 * stream.normal()))))
        }
      }
    }
    return (pixels, labels)
  }

  func setting(member: Int = 0) throws -> TeacherSetting {
    let path = try folder.path
    var setting = TeacherSetting(
      file: path + "/study.json", baseFolder: path, teacherFolder: path + "/teacher",
      reader: reader,
      seed: 3, statisticsBatches: 2)
    setting.member = member
    return setting
  }

  /// Binds the teacher that a text describes.
  func teacher(_ json: String) throws -> any Teacher {
    try definition(json).teacher(in: setting())
  }

  func definition(_ json: String) throws -> TeacherDefinition {
    try TeacherDefinition(smallTeacherField(json))
  }

  /// Made-up logits of so many images, none of them like another.
  static func logits(_ count: Int, seed: UInt64 = 5) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: "made-up logits")
    return (0..<count * classes).map { _ in Float(3 * stream.normal()) }
  }

  /// Rows of logits in the order of a split.
  func rows(_ logits: [Float], of split: DatasetSplit) throws -> [Float] {
    try reader.dataset.sourceOrder(of: split).indices.flatMap {
      logits[3 * $0..<3 * $0 + 3]
    }
  }
}

/// Returns a text as the member `teacher` of `study.json`.
func smallTeacherField(_ json: String) throws -> JSONField {
  try JSONField(json: Data("{\"teacher\": \(json)}".utf8), file: "study.json")
    .members(of: "a study", known: ["teacher"]).required("teacher")
}

extension TeacherWork {
  /// Work that nobody watches.
  static let quiet = TeacherWork(
    threads: 1, note: { _ in }, advance: { _, _, _ in }, shouldStop: { false })
}

/// The probabilities of rows of logits at a temperature.
func probabilities(_ logits: [Float], temperature: Double = 1) -> [Double] {
  stride(from: 0, to: logits.count, by: 3).flatMap { start in
    let terms = logits[start..<start + 3].map { exp(Double($0) / temperature) }
    let sum = terms.reduce(0, +)
    return terms.map { $0 / sum }
  }
}

/// Writes arrays as `numpy.savez` does: a zip archive without compression.
func writeNPZ(_ arrays: [(name: String, array: NumericArray)], to path: String) throws {
  func little(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var (file, directory) = (Data(), Data())
  for (name, array) in arrays {
    let contents =
      NPYFile.header(shape: array.shape, elementType: array.elementType) + Data(array.bytes)
    let member = Array("\(name).npy".utf8)
    let offset = file.count
    // Version, flags, method, time, date, checksum, two sizes, length of the name, of extra fields.
    let fields =
      little(20, bytes: 2) + little(0, bytes: 2) + little(0, bytes: 2) + little(0, bytes: 4)
      + little(Int(contents.withUnsafeBytes { CRC32.value(of: $0) }), bytes: 4)
      + little(contents.count, bytes: 4) + little(contents.count, bytes: 4)
      + little(member.count, bytes: 2) + little(0, bytes: 2)
    file.append(contentsOf: little(0x0403_4b50, bytes: 4) + fields + member)
    file.append(contents)
    // Made by, then the same, then comment, disk, attributes and the place of the member's own header.
    directory.append(
      contentsOf: little(0x0201_4b50, bytes: 4) + little(20, bytes: 2) + fields
        + little(0, bytes: 10) + little(offset, bytes: 4) + member)
  }
  let start = file.count
  file.append(directory)
  file.append(
    contentsOf: little(0x0605_4b50, bytes: 4) + little(0, bytes: 4)
      + little(arrays.count, bytes: 2) + little(arrays.count, bytes: 2)
      + little(directory.count, bytes: 4) + little(start, bytes: 4) + little(0, bytes: 2))
  try file.write(to: URL(filePath: path))
}
