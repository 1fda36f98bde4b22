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
  /// Where its files are of int8 if the student is.
  public let integers: IntegerPlace
  /// Whether files can leave out what only some runtimes need.
  public let hasCompactForm: Bool
  /// How the input's dimensions are ordered.
  public let imageOrder: ImageOrder
  /// Reads a file back; nil where this program cannot.
  private let reader: Reader?
  private let writer:
    @Sendable (
      _ student: ExportedStudent, _ path: String, _ metadata: [String: String],
      _ options: ExportOptions
    ) throws -> Void

  typealias Reader =
    @Sendable (_ path: String, _ student: ExportedStudent) throws -> ExportedClassifier

  /// Where a file has integers.
  public enum IntegerPlace: Sendable {
    case nowhere
    /// What goes in and comes out are floats.
    case inside
    case throughout
  }

  /// Whether there are files in int8.
  public var hasIntegers: Bool { integers != .nowhere }

  /// The order of an image's dimensions.
  public enum ImageOrder: String, Sendable {
    case channelsFirst = "channels, rows, columns"
    case channelsLast = "rows, columns, channels"
  }

  init(
    format: String, isForDevices: Bool = true, integers: IntegerPlace = .nowhere,
    hasCompactForm: Bool = false, imageOrder: ImageOrder = .channelsLast, read: Reader? = nil,
    write:
      @escaping @Sendable (
        _ student: ExportedStudent, _ path: String, _ metadata: [String: String],
        _ options: ExportOptions
      ) throws -> Void
  ) {
    (self.format, self.isForDevices) = (format, isForDevices)
    (self.integers, self.hasCompactForm) = (integers, hasCompactForm)
    (self.imageOrder, reader, writer) = (imageOrder, read, write)
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
  /// - Throws: `FileFormatError` if it is not a model; as the format's reader.
  func classifier(_ path: String, of student: ExportedStudent) throws -> ExportedClassifier {
    guard let reader else { preconditionFailure("files of the format \(format) cannot be read") }
    return try reader(path, student)
  }

  public static let safetensors = ModelExport(
    format: "safetensors", read: { try ExportedClassifier(weights: $0, of: $1) }
  ) { student, path, metadata, _ in
    try student.model.write(to: path, metadata: metadata)
  }

  /// As inference runs it, norms folded, for other runtimes.
  public static let onnx = ModelExport(
    format: "onnx", integers: .inside, imageOrder: .channelsFirst,
    read: { try ExportedClassifier(onnx: $0, of: $1) }
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
    format: "mlpackage", isForDevices: false, imageOrder: .channelsFirst
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
