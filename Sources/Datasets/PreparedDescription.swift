import FileFormats
import Foundation

/// `dataset.json` in a prepared folder: what the raw files beside it hold and what they were made
/// from.
struct PreparedDescription: Codable, Equatable {
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
  var sources: [SourceRecord]

  enum CodingKeys: String, CodingKey {
    case formatVersion = "format_version"
    case definition
    case pixelType = "pixel_type"
    case height, width, channels, classes
    case trainingCount = "training_count"
    case validationCount = "validation_count"
    case testCount = "test_count"
    case standardization
    case contentHash = "content_sha256"
    case sources
  }

  var imageBytes: Int { height * width * channels * pixelType.byteCount }
  var totalCount: Int { trainingCount + validationCount + testCount }
  var labelBytes: Int { classes <= 256 ? 1 : 2 }
  var imagesFile: String { pixelType == .uint8 ? "images.u8" : "images.f32" }
  var labelsFile: String { labelBytes == 1 ? "labels.u8" : "labels.u16" }
  static let fileName = "dataset.json"

  /// Reads the description in a folder.
  ///
  /// - Throws: `FileFormatError`; `.malformed` also if the numbers make no sense.
  static func read(from folder: String) throws -> PreparedDescription {
    let path = (folder as NSString).appendingPathComponent(fileName)
    let json = try MappedFile(path).withUnsafeBytes { Data($0) }
    do {
      let description = try JSONDecoder().decode(PreparedDescription.self, from: json)
      let sizes = [
        description.height, description.width, description.channels, description.trainingCount,
        description.validationCount, description.testCount,
      ]
      guard description.formatVersion == currentVersion,
        sizes.allSatisfy({ 0 < $0 && $0 <= Int(Int32.max) }),
        // The size of the files in bytes must not overflow.
        sizes.prefix(3).reduce(12 * 0x1p31, { $0 * Double($1) }) < 0x1p63,
        DatasetDefinition.classRange.contains(description.classes),
        description.standardization.mean.count == description.channels,
        description.standardization.standardDeviation.count == description.channels,
        description.standardization.standardDeviation.allSatisfy({ $0 > 0 })
      else {
        throw malformed(path, found: "numbers that do not belong together")
      }
      return description
    } catch let error as FileFormatError {
      throw error
    } catch {
      throw malformed(path, found: "\(error)")
    }
  }

  /// Writes the description into a folder, atomically.
  func write(into folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = (folder as NSString).appendingPathComponent(Self.fileName)
    try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: path)
  }

  private static func malformed(_ path: String, found: String) -> FileFormatError {
    .malformed(
      path: path, location: "contents", found: found,
      expected: "a prepared data set of format_version \(currentVersion); "
        + "delete the folder to have it made again")
  }
}

/// A source file as it was when the data set was prepared.
struct SourceRecord: Codable, Equatable {
  let name: String
  let bytes: Int
  let modifiedNanoseconds: Int
  let sha256: String

  enum CodingKeys: String, CodingKey {
    case name, bytes, sha256
    case modifiedNanoseconds = "modified_ns"
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
