import Foundation
import TestSupport
import Testing

@testable import autodistill

@Suite("autodistill profile predict of a TensorFlow Lite file", Program.isBuilt)
struct ProfilePredictCommandTests {
  @Test("says what it costs, and that the profile was measured with other numbers")
  func predicts() throws {
    let temporary = try TemporaryFolder()
    // One dense layer of 2 values to 3: the smallest file of int8 there is, as `TFLiteFile` writes it.
    let model = DenseModel.file
    try model.write(to: temporary.file("dense.tflite"))
    let ended = try Program.run(
      "profile", "predict", profile("x86-64-v4-virtual-machine"), temporary.file("dense.tflite"),
      "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
    #expect(json["macs"] as? Int == 6 && json["parameters"] as? Int == 9)
    #expect(json["precision"] as? String == "int8")
    #expect((json["precision_note"] as? String)?.contains("measured in fp32") == true)
    let onInteger = try Program.run(
      "profile", "predict", profile("cortex-m7-stm32"), temporary.file("dense.tflite"))
    #expect(onInteger.status == 0 && onInteger.output.contains("9 parameters"))
    #expect(!onInteger.output.contains("the file is int8"))
  }

  @Test("says what is wrong with a file")
  func damaged() throws {
    let temporary = try TemporaryFolder()
    try temporary.write("no model at all", to: "x.tflite")
    let ended = try Program.run(
      "profile", "predict", profile("cortex-m7-stm32"), temporary.file("x.tflite"))
    #expect(ended.status == 3 && ended.errors.contains("expected the identifier 'TFL3'"))
  }

  private func profile(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "HardwareProfiles/\(name).json").path()
  }
}
