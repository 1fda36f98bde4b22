import DeployedModels
import FileFormats
import Foundation
import NetworkFixtures
import NeuralNetworks
import RandomStreams
import Testing

@testable import TFLiteFiles

/// Writes what `.ci/check-tflite` runs elsewhere: students, and files of others read and written again.
@Suite("models for other runtimes", .serialized)
struct ExportedModelsTests {
  static let folder = ProcessInfo.processInfo.environment["AUTODISTILL_TFLITE_FOLDER"]
  static let references = ProcessInfo.processInfo.environment["AUTODISTILL_TFLITE_REFERENCES"]

  @Test(
    "are written with an image and our logits of it", .enabled(if: folder != nil),
    arguments: shippedSpaces + ["unusual"])
  func students(space: String) throws {
    let networks =
      space == "unusual"
      ? try [unusualNetwork(height: 6), unusualNetwork(height: 7), smallNetwork()]
      : try NetworkFixtures.students(of: space, count: 44)
    for (number, network) in networks.enumerated() {
      let model = RandomModel(network, seed: UInt64(number))
      let path = "\(try #require(Self.folder))/\(space)-\(number)"
      do {
        try write(model, model.deployed, to: path)
      } catch let error as DeploymentError {
        try AtomicFile.write("\(error.reason)", to: path + ".refused")
      }
    }
  }

  private func write(_ model: RandomModel, _ float: DeployedModel, to path: String) throws {
    let image = model.image(seed: 11)
    let logits = model.logits(of: image)
    let input = NumericArray(shape: float.tensors[float.input].shape, image)
    try NPYFile.write(input, to: path + ".image.npy")
    try NPYFile.write(NumericArray(shape: [1, logits.count], logits), to: path + ".logits.npy")
    try writeTwice(TFLiteFile(float), to: path)
    // What the integers compute is checked where an engine of ours runs them; here, that runtimes load them.
    let integers = try model.deployedIntegers
    try writeTwice(TFLiteFile(integers), to: path + ".int8")
    try TFLiteFile(integers, plan: spacious(integers), isCompact: true)
      .write(to: path + ".compact.tflite")
    let summary =
      "{\"float\": \(float.constantBytes), \"int8\": \(integers.constantBytes), "
      + "\"scales\": \(integers.tensors.reduce(0) { $0 + ($1.quantization?.scales.count ?? 0) })}"
    try AtomicFile.write(summary, to: path + ".json")
  }

  /// A plan that gives each activation a place of its own.
  private func spacious(_ model: DeployedModel) -> TFLiteFile.MemoryPlan {
    var end = 0
    return TFLiteFile.MemoryPlan(
      offsets: model.tensors.map { tensor in
        guard !tensor.isConstant else { return nil }
        defer { end += (tensor.byteCount + 15) / 16 * 16 }
        return end
      })
  }

  private func writeTwice(_ file: TFLiteFile, to path: String) throws {
    try file.write(to: path + ".tflite")
    try TFLiteFile.read(path + ".tflite").write(to: path + ".again.tflite")
  }

  @Test("of others are written again", .enabled(if: references != nil))
  func others() throws {
    let (folder, references) = (try #require(Self.folder), try #require(Self.references))
    let names = try FileManager.default.contentsOfDirectory(atPath: references).sorted()
      .filter { $0.hasSuffix(".tflite") }
    for name in names {
      let path = "\(folder)/reference-\(name)"
      do {
        let file = try TFLiteFile.read("\(references)/\(name)")
        try file.write(to: path)
        let model = file.model
        try AtomicFile.write(
          "{\"macs\": \(model.macs), \"parameters\": \(model.parameterCount)}", to: path + ".json")
        guard model.tensors[model.input].type == .float32 else { continue }
        var stream = RandomStream(seed: 3, purpose: "image")
        let shape = model.tensors[model.input].shape
        let image = (0..<shape.reduce(1, *)).map { _ in Float(stream.uniform()) }
        var interpreter = FloatInterpreter(model)
        interpreter.run(image)
        try NPYFile.write(NumericArray(shape: shape, image), to: path + ".image.npy")
        try NPYFile.write(
          NumericArray(shape: model.tensors[model.output].shape, interpreter.output),
          to: path + ".logits.npy")
      } catch let error as FileFormatError {
        try AtomicFile.write("\(error)", to: path + ".refused")
      }
    }
  }
}
