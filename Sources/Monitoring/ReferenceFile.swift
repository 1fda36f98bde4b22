import FileFormats
import Foundation

/// A student's reference statistics in a file next to its weights, as safetensors.
///
///     NAME        for each measure its values, ascending, float32 [images]; histograms are made of them
///     predicted   images of each predicted class, int64 [classes]
///     features    what some images are before the last layer, float32 [rows, dimensions]; not always there
///
/// The metadata say the format, what the statistics are of, a hash of all values, shares as `right/all`, and a checksum
/// over all of these.
public struct ReferenceFile: Hashable, Sendable {
  public static let format = "autodistill-reference/1"

  public var sample: MonitoredSample
  /// What the statistics are of; a file of anything else is made again.
  public var identity: Identity

  /// What a reference depends on.
  public struct Identity: Hashable, Sendable {
    /// The student, as its study calls it.
    public var key: String
    public var precision: String
    /// The SHA-256 of the student's weights.
    public var student: String
    /// The SHA-256 of the data set.
    public var data: String

    public init(key: String, precision: String, student: String, data: String) {
      (self.key, self.precision, self.student, self.data) = (key, precision, student, data)
    }
  }

  public init(_ sample: MonitoredSample, of identity: Identity) {
    (self.sample, self.identity) = (sample, identity)
  }

  /// Writes the file.
  ///
  /// - Throws: `FileFormatError.system`.
  public func write(to path: String) throws {
    var tensors = [
      "predicted": NumericArray(shape: [sample.predicted.count], sample.predicted.map(Int64.init))
    ]
    for (measure, values) in zip(sample.measures, sample.values) {
      tensors[measure.name] = NumericArray(shape: [values.count], values)
    }
    if let features = sample.features {
      tensors["features"] = NumericArray(
        shape: [features.rows, features.dimensions], features.values)
    }
    var metadata = [
      "format": ReferenceFile.format, "key": identity.key, "precision": identity.precision,
      "student_sha256": identity.student, "data_sha256": identity.data,
      "images": "\(sample.count)", "temperature": "1",
    ]
    for (name, share) in [("agreement", sample.agreement), ("accuracy", sample.accuracy)] {
      metadata[name] = share.map { "\($0.count)/\($0.total)" }
    }
    metadata["values_sha256"] = ReferenceFile.hash(of: tensors)
    try SafetensorsFile(tensors: tensors, metadata: metadata).sealed(for: path).write(to: path)
  }

  /// Returns the SHA-256 of the names and values of tensors, in the order of the names.
  private static func hash(of tensors: [String: NumericArray]) -> String {
    var hash = ContentHash()
    for (name, array) in tensors.sorted(by: { $0.key < $1.key }) {
      hash.update("\(name) \(array.shape)\n")
      hash.update(array.bytes)
    }
    return hash.hexadecimal
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - measures: Those that it should have.
  ///   - classes: The number of classes.
  /// - Throws: `FileFormatError` naming what is missing or no number.
  public init(contentsOf path: String, measures: [Measure], classes: Int) throws {
    let file = try SafetensorsFile.read(path)
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    func text(_ name: String) throws -> String {
      guard let text = file.metadata[name] else {
        throw malformed("metadata \"\(name)\"", "nothing", "a text")
      }
      return text
    }
    let format = try text("format")
    guard format == ReferenceFile.format else {
      throw malformed("metadata \"format\"", format, ReferenceFile.format)
    }
    let (hash, found) = (try text("values_sha256"), ReferenceFile.hash(of: file.tensors))
    guard hash == found else {
      throw malformed("SHA-256 of the values", found, "\(hash), as the metadata have it")
    }
    func share(_ name: String) throws -> MonitoredSample.Share? {
      guard let text = file.metadata[name] else { return nil }
      let parts = text.split(separator: "/").map { Int($0) ?? -1 }
      guard parts.count == 2, parts[0] >= 0, parts[1] >= max(1, parts[0]) else {
        throw malformed("metadata \"\(name)\"", text, "a share such as 450/500")
      }
      return MonitoredSample.Share(parts[0], of: parts[1])
    }
    func numbers(_ name: String) throws -> NumericArray {
      guard let array = file.tensors[name], array.count > 0 else {
        throw malformed("tensor \"\(name)\"", "nothing", "numbers")
      }
      return array
    }
    func floats(_ name: String) throws -> [Float] {
      let values = try numbers(name).asFloats()
      guard values.allSatisfy(\.isFinite) else {
        throw malformed("tensor \"\(name)\"", "values that are no numbers", "finite values")
      }
      return values
    }
    let values = try measures.map { try floats($0.name) }
    guard let predicted = try numbers("predicted").asInts(), predicted.count == classes,
      predicted.allSatisfy({ $0 >= 0 }),
      predicted.reduce(0, { $0.addingReportingOverflow($1).partialValue }) == values.first?.count,
      values.allSatisfy({ $0.count == values[0].count })
    else {
      throw malformed(
        "tensor \"predicted\"", "other counts",
        "\(classes) classes, together as many images as each measure has values")
    }
    sample = MonitoredSample(
      count: values[0].count, measures: measures, values: values, predicted: predicted)
    if let array = file.tensors["features"] {
      guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0 else {
        throw malformed("tensor \"features\"", "shape \(array.shape)", "[rows, dimensions]")
      }
      sample.features = .init(dimensions: array.shape[1], values: try floats("features"))
    }
    (sample.agreement, sample.accuracy) = (try share("agreement"), try share("accuracy"))
    identity = Identity(
      key: try text("key"), precision: try text("precision"), student: try text("student_sha256"),
      data: try text("data_sha256"))
    if case .damaged(let found, let expected) = file.check(at: path) {
      throw malformed("SHA-256 of values and metadata", found, "\(expected), as the file has it")
    }
  }
}
