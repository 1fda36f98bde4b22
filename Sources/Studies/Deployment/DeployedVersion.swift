import FileFormats
import Foundation

/// What is known of one version of a deployed student: `version.json` next to its files.
public struct DeployedVersion: Hashable, Sendable, Codable {
  public static let formatName = "autodistill-version/1"
  static let fileName = "version.json"

  /// A file of the version.
  public struct File: Hashable, Sendable, Codable {
    /// From the version's folder.
    public var path: String
    public var bytes: Int
    public var sha256: String
  }

  var format = formatName
  /// From 1 upwards.
  public internal(set) var version = 0
  /// When it was exported, as ISO 8601.
  public internal(set) var date = ""
  /// The program that exported it.
  public var program: String
  /// The study's name.
  public var study: String
  public var key: String
  /// What the student computes in.
  public var precision: String
  /// The format of the exported file.
  public var model: String
  /// The share of the validation split that the student is right about; nil where the report does not say.
  public var accuracy: Double?
  /// The share of the test split that it is right about; nil where the report does not say.
  public var testAccuracy: Double?
  public internal(set) var files: [File] = []

  enum CodingKeys: String, CodingKey {
    case format, version, date, program, study, key, precision, model, accuracy
    case testAccuracy = "test_accuracy"
    case files
  }

  public init(
    program: String, study: String, key: String, precision: String, model: String,
    accuracy: Double?, testAccuracy: Double?
  ) {
    (self.program, self.study, self.key) = (program, study, key)
    (self.precision, self.model) = (precision, model)
    (self.accuracy, self.testAccuracy) = (accuracy, testAccuracy)
  }
}

extension DeployedVersion {
  /// What who reads the files of the version in use should know where another one takes its place; nil where they have the
  /// same names.
  public func filesNote(after former: DeployedVersion) -> String? {
    let gone = former.files.map(\.path).filter { path in !files.contains { $0.path == path } }
    guard !gone.isEmpty else { return nil }
    return
      "\(gone.joined(separator: ", ")) of version \(former.version) \(gone.count == 1 ? "is" : "are") not in use any "
      + "more, and version \(version) has \(files.map(\.path).joined(separator: ", "))"
  }
}

extension DeployedVersion {
  /// Reads a version's description.
  ///
  /// - Parameter folder: Its own.
  /// - Throws: `FileFormatError` naming what is wrong.
  init(in folder: String) throws {
    let path = "\(folder)/\(DeployedVersion.fileName)"
    let data = try MappedFile(path).withUnsafeBytes { Data($0) }
    do {
      self = try JSONDecoder().decode(DeployedVersion.self, from: data)
    } catch {
      throw FileFormatError.malformed(
        path: path, location: "JSON", found: "\(error)",
        expected: "a description of a version, as export --deploy writes it")
    }
    guard format == DeployedVersion.formatName else {
      throw FileFormatError.malformed(
        path: path, location: "format", found: format, expected: DeployedVersion.formatName)
    }
  }

  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      encoder.encode(self) + Data("\n".utf8), to: "\(folder)/\(DeployedVersion.fileName)")
  }

  /// Returns what the files of a folder hold, in the order of their names.
  static func files(in folder: String) throws -> [File] {
    let manager = FileManager.default
    let names = (manager.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
    return try names.compactMap { name in
      var isFolder: ObjCBool = false
      let path = "\(folder)/\(name)"
      guard manager.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
        name != fileName
      else { return nil }
      let bytes = try manager.attributesOfItem(atPath: path)[.size] as? Int
      return File(
        path: name, bytes: bytes ?? 0, sha256: try ContentHash.hexadecimal(ofFile: path))
    }
  }
}
