import DeployedModels
import FileFormats
import Foundation

/// A Core ML package: a folder with an ML Program, its weights and a manifest, fp32.
///
/// The input is `input`, `[1, C, H, W]` float32, the output `logits`, `[1, classes]`. Readers need iOS 15 or macOS
/// 12. Its structure, types, shapes and weights are checked by Core ML's own tools (`.ci/check-mlpackage`), which
/// do not run models except on Apple's systems; the metadata say so.
public struct CoreMLPackage: Sendable {
  /// What the metadata say under `checked`.
  public static let checked = "structure-checked, not run"

  /// `model.mlmodel`
  let model: Data
  /// `weights/weight.bin`
  let weights: Data

  /// Describes an fp32 model whose constants have values.
  ///
  /// - Parameter metadata: Free text about the model; how its input is standardised belongs there.
  public init(_ deployed: DeployedModel, metadata: [String: String] = [:]) {
    let builder = MILProgramBuilder(ChannelsFirstModel(deployed))
    var entries = metadata
    entries["checked"] = Self.checked
    model = builder.program.modelData(
      description: "A student distilled by AutoDistill", metadata: entries)
    weights = builder.weights.data
  }

  /// Writes the folder atomically; equal models give equal bytes.
  ///
  /// - Throws: `FileFormatError` if it cannot be written, or if something stands at `path` that is no package.
  public func write(to path: String) throws {
    try AtomicFolder.write(to: path, replacing: "Manifest.json") { folder in
      let data = folder + "/Data/com.apple.CoreML"
      try Folder.create(data + "/weights")
      try AtomicFile.write(model, to: data + "/model.mlmodel")
      try AtomicFile.write(weights, to: data + "/weights/weight.bin")
      try AtomicFile.write(Self.manifest.formatted + "\n", to: folder + "/Manifest.json")
    }
  }

  /// Identifiers are unique in a package, not among packages, so they can be the same in all.
  private static let manifest: JSONText = {
    let items = [
      (
        "6d0f3c5e-2a41-4b8e-9c57-0e1b7a4d9f01", "model.mlmodel",
        "CoreML Model Specification"
      ),
      ("6d0f3c5e-2a41-4b8e-9c57-0e1b7a4d9f02", "weights", "CoreML Model Weights"),
    ]
    return .object([
      ("fileFormatVersion", .text("1.0.0")),
      (
        "itemInfoEntries",
        .object(
          items.map { identifier, name, description in
            (
              identifier,
              .object([
                ("author", .text("com.apple.CoreML")), ("description", .text(description)),
                ("name", .text(name)), ("path", .text("com.apple.CoreML/" + name)),
              ])
            )
          })
      ),
      ("rootModelIdentifier", .text(items[0].0)),
    ])
  }()
}
