import Distillation
import TensorKernels

/// A file format that a student is exported in, for a device to time or for the user.
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

  /// The formats that a device's command may ask for.
  public static let all = [safetensors]

  /// Returns the format of a name; nil if there is none.
  public static func named(_ format: String) -> ModelExport? {
    all.first { $0.format == format }
  }

  /// The names in messages: `safetensors`.
  public static var knownNames: String { all.map(\.format).joined(separator: ", ") }
}
