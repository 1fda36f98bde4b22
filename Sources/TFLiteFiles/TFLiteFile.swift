import DeployedModels
import FileFormats
import Foundation

/// A model in a TensorFlow Lite file.
public struct TFLiteFile: Hashable, Sendable {
  public var model: DeployedModel
  /// A line about the model, which viewers show.
  public var description: String
  /// Other parts by name, as runtimes and tools look for them.
  public var metadata: [String: [UInt8]]
  /// Where each tensor begins in TensorFlow Lite Micro's arena, in bytes; nil lets the runtime plan.
  public var plan: MemoryPlan?
  /// Whether one zero point stands for those of all channels, biases of convolutions have no scales, and tensors no
  /// names: smaller, but only TensorFlow Lite Micro reads it.
  public var isCompact: Bool

  /// Where tensors are put before the model runs.
  public struct MemoryPlan: Hashable, Sendable {
    /// For each tensor of the model, the byte where it begins; nil where the runtime chooses, as it does for constants.
    public var offsets: [Int?]

    public init(offsets: [Int?]) { self.offsets = offsets }
  }

  public init(
    _ model: DeployedModel, description: String = "", metadata: [String: [UInt8]] = [:],
    plan: MemoryPlan? = nil, isCompact: Bool = false
  ) {
    self.model = model
    self.description = description
    self.metadata = metadata
    self.plan = plan
    self.isCompact = isCompact
  }
}

extension TFLiteFile {
  /// What the file calls the two parts that it makes and reads itself.
  enum MetadataName {
    static let plan = "OfflineMemoryAllocation"
    static let minimumRuntime = "min_runtime_version"
  }

  /// Reads and checks a file.
  ///
  /// - Throws: `FileFormatError`, naming the place, what was found and what was expected: no TensorFlow Lite
  ///   model, references outside of the file, operators that are not in `DeployedOperator.Kind`, tensors that
  ///   do not fit together.
  public static func read(_ path: String) throws -> TFLiteFile {
    let file = try MappedFile(path)
    return try TFLiteFile(bytes: Array(file.bytes), path: path)
  }

  /// Writes the file atomically; equal contents give equal bytes.
  ///
  /// - Precondition: All constants have values, and the model passes its `check`.
  /// - Throws: `FileFormatError.system` if the file cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(Data(bytes), to: path)
  }
}
