import CoreMLPackages
import DeployedModels
import Distillation
import FileFormats
import ModelExchange

/// A format of files, or of a folder, that a student is exported in, for a device to time or for the user.
public struct ModelExport: Sendable {
  /// The format's name, which is also how its files end.
  public let format: String
  /// Writes a model to a path, with metadata where the format has a place for them.
  public let write:
    @Sendable (_ model: TrainedModel, _ path: String, _ metadata: [String: String]) throws -> Void

  public init(
    format: String,
    write:
      @escaping @Sendable (_ model: TrainedModel, _ path: String, _ metadata: [String: String])
      throws -> Void
  ) {
    (self.format, self.write) = (format, write)
  }

  public static let safetensors = ModelExport(format: "safetensors") { model, path, metadata in
    try model.write(to: path, metadata: metadata)
  }

  /// As inference runs it, norms folded, for other runtimes.
  public static let onnx = ModelExport(format: "onnx") { model, path, metadata in
    try ONNXModel(
      model.network, parameters: model.parameters, statistics: model.statistics, metadata: metadata
    ).write(to: path)
  }

  /// A folder for Core ML.
  public static let mlpackage = ModelExport(format: "mlpackage") { model, path, metadata in
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    try CoreMLPackage(lowered.model, metadata: metadata).write(to: path)
  }

  /// The formats that a device's command may ask for.
  public static let all = [safetensors, onnx, mlpackage]

  /// Returns the format of a name; nil if there is none.
  public static func named(_ format: String) -> ModelExport? {
    all.first { $0.format == format }
  }

  /// The names in messages: `safetensors, onnx`.
  public static var knownNames: String { all.map(\.format).joined(separator: ", ") }
}
