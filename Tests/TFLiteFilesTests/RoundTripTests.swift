import DeployedModels
import FileFormats
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import TFLiteFiles

@Suite("models in TensorFlow Lite files")
struct RoundTripTests {
  @Test(
    "read back are what was written, and written again are the same bytes", arguments: shippedSpaces
  )
  func students(space: String) throws {
    for (number, network) in try NetworkFixtures.students(of: space, count: 3).enumerated() {
      try expectRoundTrip(network, seed: UInt64(number))
    }
  }

  @Test("are so for every layer and every place that it can have")
  func unusual() throws { try expectRoundTrip(unusualNetwork(height: 7), seed: 1) }

  private func expectRoundTrip(_ network: Network, seed: UInt64) throws {
    let file = TFLiteFile(
      try RandomModel(network, seed: seed).deployed, description: "a student",
      metadata: ["note": [1, 2, 3], "a note": [4]])
    let bytes = file.bytes
    let read = try TFLiteFile(bytes: bytes, path: "a.tflite")
    #expect(read == file)
    #expect(read.bytes == bytes)
  }

  @Test("take little more room than their numbers", arguments: ["mobile-cnn", "plain-residual"])
  func size(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 10) {
      let model = try RandomModel(network, seed: 1).deployed
      #expect(Double(TFLiteFile(model).bytes.count) < 1.2 * Double(model.constantBytes) + 2048)
    }
  }
}

extension RandomModel {
  /// The model as operators.
  var deployed: DeployedModel {
    get throws {
      try LoweredNetwork(network, parameters: parameters, statistics: statistics).model
    }
  }
}
