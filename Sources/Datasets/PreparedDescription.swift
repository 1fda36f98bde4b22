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
  let standardization: Standardization
  /// The SHA-256 of everything above that describes the pixels, the pixels and the labels.
  var contentHash = ""
  /// The SHA-256 of the pixels and labels of a split alone; nil in folders of versions that did not ask.
  var validationHash: String?
  var testHash: String?
  var sources: [SourceRecord]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case formatVersion = "format_version"
    case definition
    case pixelType = "pixel_type"
    case height, width, channels, classes
    case trainingCount = "training_count"
    case validationCount = "validation_count"
    case testCount = "test_count"
    case standardization
    case contentHash = "content_sha256"
    case validationHash = "validation_sha256"
    case testHash = "test_sha256"
    case sources
  }

  var imageBytes: Int { height * width * channels * pixelType.byteCount }
  var totalCount: Int { trainingCount + validationCount + testCount }
  var labelBytes: Int { classes <= 256 ? 1 : 2 }
  var imagesFile: String { pixelType == .uint8 ? "images.u8" : "images.f32" }
  var labelsFile: String { labelBytes == 1 ? "labels.u8" : "labels.u16" }
  static let fileName = "dataset.json"

  /// Writes the description into a folder, atomically.
  func write(into folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = (folder as NSString).appendingPathComponent(Self.fileName)
    try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
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
    standardization = try Standardization(
      try members.required("standardization"), channels: channels)
    contentHash = try members.required("content_sha256").text("a SHA-256 in hexadecimal")
    validationHash = try members["validation_sha256"]?.text("a SHA-256 in hexadecimal")
    testHash = try members["test_sha256"]?.text("a SHA-256 in hexadecimal")
    sources = try members.required("sources").elements(of: "source files")
      .map { source throws(JSONError) in try SourceRecord(source) }
    // Three splits of 2³¹ images each, four bytes per value: the size of a file must not overflow.
    guard 12 * 0x1p31 * Double(height) * Double(width) * Double(channels) < 0x1p63 else {
      throw try members.required("width").expected("images that fit into a prepared data set")
    }
  }
}

/// A source file as it was when the data set was prepared.
struct SourceRecord: Encodable, Equatable {
  let name: String
  let bytes: Int
  let modifiedNanoseconds: Int
  let sha256: String

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, bytes, sha256
    case modifiedNanoseconds = "modified_ns"
  }

  /// Reads a record.
  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a source file", known: CodingKeys.allCases.map(\.rawValue))
    name = try members.required("name").text("the name of the file")
    bytes = try members.required("bytes").integer(in: 0...Int.max)
    modifiedNanoseconds = try members.required("modified_ns").integer(in: Int.min...Int.max)
    sha256 = try members.required("sha256").text("a SHA-256 in hexadecimal")
  }

  /// Examines and hashes a file.
  init(_ file: DatasetSource.File) throws {
    (bytes, modifiedNanoseconds) = try Self.stamp(of: file)
    name = file.name
    sha256 = try ContentHash.hexadecimal(ofFile: file.path)
  }

  /// Returns whether a file still has the size and the time of last change of this record.
  func matchesStamp(of file: DatasetSource.File) throws -> Bool {
    try name == file.name && (bytes, modifiedNanoseconds) == Self.stamp(of: file)
  }

  private static func stamp(
    of file: DatasetSource.File
  ) throws -> (bytes: Int, modifiedNanoseconds: Int) {
    var information = stat()
    guard stat(file.path, &information) == 0 else {
      throw FileFormatError.system(path: file.path, operation: "examine", code: errno)
    }
    let modified = information.st_mtim
    return (Int(information.st_size), modified.tv_sec * 1_000_000_000 + modified.tv_nsec)
  }
}
