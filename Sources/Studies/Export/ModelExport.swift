import CoreMLPackages
import DeployedModels
import Distillation
import FileFormats
import ModelExchange

/// A format of files, or of a folder, that a student is exported in, for a device to time or for the user.
public struct ModelExport: Sendable {
  /// The format's name, which is also how its files end.
  public let format: String
  /// Whether a device's command can ask for it: a format of one file that some runtime loads.
  public let isForDevices: Bool
  /// Whether it has a place for integers: its files are of int8 where the student is.
  public let hasIntegers: Bool
  /// Reads a file back as a model; nil where this program cannot.
  private let reader: (@Sendable (_ path: String) throws -> DeployedModel)?
  private let writer:
    @Sendable (
      _ student: ExportedStudent, _ path: String, _ metadata: [String: String],
      _ options: ExportOptions
    ) throws -> Void

  public init(
    format: String, isForDevices: Bool = true, hasIntegers: Bool = false,
    read: (@Sendable (_ path: String) throws -> DeployedModel)? = nil,
    write:
      @escaping @Sendable (
        _ student: ExportedStudent, _ path: String, _ metadata: [String: String],
        _ options: ExportOptions
      ) throws -> Void
  ) {
    (self.format, self.isForDevices) = (format, isForDevices)
    (self.hasIntegers, reader, writer) = (hasIntegers, read, write)
  }

  /// Writes a student to a path, with metadata where the format has a place for them.
  public func write(
    _ student: ExportedStudent, _ path: String, _ metadata: [String: String],
    options: ExportOptions = ExportOptions()
  ) throws {
    try writer(student, path, metadata, options)
  }

  /// Whether `ExportVerification` can run its files.
  public var isVerifiable: Bool { reader != nil }

  /// Reads a file of a verifiable format back.
  ///
  /// - Throws: `FileFormatError` if it is not a model.
  func readModel(_ path: String) throws -> DeployedModel {
    guard let reader else { preconditionFailure("files of the format \(format) cannot be read") }
    return try reader(path)
  }

  public static let safetensors = ModelExport(format: "safetensors") { student, path, metadata, _ in
    try student.model.write(to: path, metadata: metadata)
  }

  /// As inference runs it, norms folded, for other runtimes.
  public static let onnx = ModelExport(
    format: "onnx", hasIntegers: true
  ) { student, path, metadata, _ in
    let model = student.model
    let onnx =
      student.integers.map { ONNXModel(quantized: $0, metadata: metadata) }
      ?? ONNXModel(
        model.network, parameters: model.parameters, statistics: model.statistics,
        metadata: metadata)
    try onnx.write(to: path)
  }

  /// A folder for Core ML.
  public static let mlpackage = ModelExport(
    format: "mlpackage", isForDevices: false
  ) { student, path, metadata, _ in
    try CoreMLPackage(student.deployed(), metadata: metadata).write(to: path)
  }

  /// The formats there are.
  public static let all = [safetensors, onnx, tflite, cSource, mlpackage]

  /// Returns the format of a name; nil if there is none.
  public static func named(_ format: String) -> ModelExport? {
    all.first { $0.format == format }
  }

  /// Returns the format that a device's command asks for; nil if there is none.
  public static func forDevices(_ format: String) -> ModelExport? {
    named(format).flatMap { $0.isForDevices ? $0 : nil }
  }

  /// The names in messages: `safetensors, onnx, …`.
  public static var knownNames: String { all.map(\.format).joined(separator: ", ") }

  /// The names of those for devices.
  public static var deviceNames: String {
    all.filter(\.isForDevices).map(\.format).joined(separator: ", ")
  }

  /// Returns the names of the formats with a property as a sentence has them: `onnx, tflite or c`.
  public static func names(where isWanted: (ModelExport) -> Bool) -> String {
    let names = all.filter(isWanted).map(\.format)
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}

/// What can be chosen about a file besides its format.
public struct ExportOptions: Hashable, Sendable {
  /// Whether the file leaves out what TensorFlow Lite Micro can do without.
  public var isCompact = false
  /// The bytes that the program gives the interpreter; nil for as many as the model takes.
  public var arenaBytes: Int?

  /// The kernels of the devices that the student is for, as far as their profiles tell; empty for any.
  public var kernels: [MicroRuntime.Kernels] = []

  public init(isCompact: Bool = false, arenaBytes: Int? = nil) {
    (self.isCompact, self.arenaBytes) = (isCompact, arenaBytes)
  }
}
