import DeployedModels
import Foundation
import NetworkFixtures
import TFLiteFiles
import Testing

@testable import Benchmarks

/// Writes the reference networks with random weights as TensorFlow Lite files into the folder that
/// `AUTODISTILL_INT8_MODELS` names, for comparisons with other runtimes (Results/benchmarks/scripts/int8).
@Suite("the reference networks in int8")
struct WrittenModelsTests {
  @Test("are written, and measured", arguments: [ReferenceNetwork.small])
  func measured(reference: ReferenceNetwork) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "S.tflite").path()
    try TFLiteFile(try Self.quantized(reference)).write(to: path)
    let measured = try InferenceBenchmark(seconds: 0.05).measure(model: path)
    #expect(measured.network == "S" && measured.precision == .int8 && measured.macs == 510_420)
    #expect(measured.minimumMicroseconds > 0)
  }

  @Test("are written where they are asked for")
  func written() throws {
    guard let folder = ProcessInfo.processInfo.environment["AUTODISTILL_INT8_MODELS"] else {
      return
    }
    for reference in ReferenceNetwork.allCases where reference != .mobileNetV2At224 {
      try TFLiteFile(try Self.quantized(reference))
        .write(to: URL(filePath: folder).appending(path: reference.rawValue + ".tflite").path())
    }
  }

  private static func quantized(_ reference: ReferenceNetwork) throws -> DeployedModel {
    let random = RandomModel(try reference.network(), seed: 1)
    let lowered = try LoweredNetwork(
      random.network, parameters: random.parameters, statistics: random.statistics)
    return minMaxQuantized(lowered.model, images: (0..<4).map { random.image(seed: $0) })
  }
}
