import FileFormats
import Foundation

/// `dataset.json` in a prepared folder: what the raw files next to it hold and what they were made
/// from.
struct PreparedDescription: Encodable, Equatable {
  /// Grows when the layout of the folder changes; other versions are made anew.
  static let currentVersion = 1

  var formatVersion = currentVersion
  let definition: DatasetDefinition
  let pixelType: PixelType
  let height: Int
  let width: Int
  let channels: Int
  let classes: Int
  let trainingCount: Int
  let validationCount: Int
  let testCount: Int
  /// The training images whose class is not known.
  var unlabeledCount = 0
  /// How the images were dealt out; random in folders of versions that had no other way.
  var split = SplitMethod.random
  /// What the classes are called, where the labels say so.
  var classNames: [String]?
  var standardization = Standardization(mean: [], standardDeviation: [])
  /// The SHA-256 of everything above that describes the pixels, the pixels and the labels.
  var contentHash = ""
  /// The SHA-256 of the pixels and labels of a split alone; nil in folders of versions that did not ask.
  var validationHash: String?
  var testHash: String?
  /// The SHA-256 of everything here but itself and the sources, which are compared with the user's files; nil in
  /// folders of versions that did not have it.
  var descriptionHash: String?
  var sources: [SourceRecord] = []

  enum CodingKeys: String, CodingKey, CaseIterable {
    case formatVersion = "format_version"
    case definition
    case pixelType = "pixel_type"
    case height, width, channels, classes
    case trainingCount = "training_count"
    case validationCount = "validation_count"
    case testCount = "test_count"
    case unlabeledCount = "unlabeled_count"
    case split
    case classNames = "class_names"
    case standardization
    case contentHash = "content_sha256"
    case validationHash = "validation_sha256"
    case testHash = "test_sha256"
    case descriptionHash = "description_sha256"
    case sources
  }

  var imageBytes: Int { height * width * channels * pixelType.byteCount }
  var totalCount: Int { trainingCount + validationCount + testCount }
  /// One value more than there are classes where one stands for an unknown class: the largest.
  var labelBytes: Int { classes + (unlabeledCount > 0 ? 1 : 0) <= 256 ? 1 : 2 }
  var imagesFile: String { pixelType == .uint8 ? "images.u8" : "images.f32" }
  var labelsFile: String { labelBytes == 1 ? "labels.u8" : "labels.u16" }
  static let fileName = "dataset.json"
  /// Where each image stands in the user's files, little-endian.
  static let orderFile = "order.u32"

  /// Returns the number of images in a split.
  func count(_ split: DatasetSplit) -> Int {
    switch split {
    case .training: trainingCount
    case .validation: validationCount
    case .test: testCount
    }
  }

  /// Returns which images of the files are those of a split.
  func range(_ split: DatasetSplit) -> Range<Int> {
    switch split {
    case .training: 0..<trainingCount
    case .validation: trainingCount..<trainingCount + validationCount
    case .test: trainingCount + validationCount..<totalCount
    }
  }

  /// Writes the description into a folder, atomically, with its own hash.
  func write(into folder: String) throws {
    let path = (folder as NSString).appendingPathComponent(Self.fileName)
    try AtomicFile.write(try sealed.encoded() + Data("\n".utf8), to: path)
  }

  /// Returns the file's text, without the line's end.
  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}

extension PreparedDescription {
  /// Reads the description in a folder.
  ///
  /// - Throws: `JSONError`; also if the numbers do not belong together.
  static func read(from folder: String) throws(JSONError) -> PreparedDescription {
    let path = (folder as NSString).appendingPathComponent(fileName)
    return try PreparedDescription(try JSONField(contentsOf: path))
  }

  private init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a prepared data set", known: CodingKeys.allCases.map(\.rawValue))
    let version = try members.required("format_version")
    guard version.value == .integer(Self.currentVersion) else {
      throw version.expected(
        "\(Self.currentVersion); delete the folder to have the data set prepared again")
    }
    func size(_ name: String) throws(JSONError) -> Int {
      try members.required(name).integer(in: 1...Int(Int32.max))
    }
    definition = try DatasetDefinition(try members.required("definition"))
    pixelType = try members.required("pixel_type").choice(PixelType.self)
    (height, width, channels) = (try size("height"), try size("width"), try size("channels"))
    classes = try members.required("classes").integer(in: DatasetDefinition.classRange)
    trainingCount = try size("training_count")
    validationCount = try size("validation_count")
    testCount = try size("test_count")
    unlabeledCount = try members["unlabeled_count"]?.integer(in: 0...trainingCount) ?? 0
    split = try members["split"]?.choice(SplitMethod.self) ?? .random
    classNames = try members["class_names"]?.elements(of: "class names")
      .map { name throws(JSONError) in try name.text("the name of a class") }
    standardization = try Standardization(
      try members.required("standardization"), channels: channels)
    contentHash = try members.required("content_sha256").text("a SHA-256 in hexadecimal")
    validationHash = try members["validation_sha256"]?.text("a SHA-256 in hexadecimal")
    testHash = try members["test_sha256"]?.text("a SHA-256 in hexadecimal")
    sources = try members.required("sources").elements(of: "source files")
      .map { source throws(JSONError) in try SourceRecord(source) }
    if let given = members["description_sha256"] {
      descriptionHash = try given.text("a SHA-256 in hexadecimal")
      let found = hashOfDescription
      guard found == descriptionHash else {
        throw given.expected(
          "\(found ?? "none"), that of the other members: the file was changed by hand or is damaged; delete it to have the "
            + "data set prepared again")
      }
    }
    // Three splits of 2³¹ images each, four bytes per value: the size of a file must not overflow.
    guard 12 * 0x1p31 * Double(height) * Double(width) * Double(channels) < 0x1p63 else {
      throw try members.required("width").expected("images that fit into a prepared data set")
    }
  }
}
