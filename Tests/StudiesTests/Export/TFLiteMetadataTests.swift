import DeployedModels
import TFLiteFiles
import Testing

@testable import Studies

@Suite("what exported TensorFlow Lite files say of themselves")
struct TFLiteMetadataTests {
  private let model = DeployedModel(
    tensors: [
      DeployedTensor(name: "image", shape: [1, 2, 2, 1], type: .float32),
      DeployedTensor(name: "logits", shape: [1, 2, 2, 1], type: .float32),
    ], operators: [DeployedOperator(.relu, inputs: [0], output: 1)], input: 0, output: 1)

  @Test("names the classes one a line, for apps that read no archives")
  func classNames() throws {
    let metadata = [
      "class_names": "cat\ndog", "pixel_mean": "0.5", "pixel_deviation": "0.25",
    ]
    func part(_ name: String, _ metadata: [String: String], isCompact: Bool = false) -> [UInt8]? {
      TFLiteFile(model, metadata: metadata, options: ExportOptions(isCompact: isCompact))
        .metadata[name]
    }
    #expect(part("class_names", metadata) == Array("cat\ndog".utf8))
    #expect(part("TFLITE_METADATA", metadata) != nil)
    #expect(part("class_names", ["class_names": "cat\ndog"]) == Array("cat\ndog".utf8))
    #expect(part("class_names", ["pixel_mean": "0.5", "pixel_deviation": "0.25"]) == nil)
    // Micro alone reads a compact file.
    #expect(part("class_names", metadata, isCompact: true) == nil)
  }
}
