import DeployedModels
import Foundation
import HardwareProfiles
import NetworkFixtures
import NeuralNetworks
import Quantization
import TFLiteFiles
import Testing

@testable import Studies

@Suite("the arena of an exported student")
struct ExportedArenaTests {
  /// Students of the microcontroller space as they are priced before training, and exported after it.
  private func priced() throws -> [(costs: DeviceCosts, file: TFLiteFile)] {
    let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "HardwareProfiles")
    let profile = try HardwareProfile(
      contentsOf: profiles.appending(path: "stm32h7a3-tflite-micro.json").path())
    return try students(of: "microcontroller", count: 50).enumerated().map { number, network in
      let costs = Costs(network, on: [profile])
      let trained = RandomModel(network, seed: UInt64(number))
      let float = try LoweredNetwork(
        network, parameters: trained.parameters, statistics: trained.statistics
      ).model
      let ranges = float.tensors.map { $0.isConstant ? nil : ValueRange(low: -1, high: 2) }
      let model = try float.quantized(ranges: ranges).model
      let file = TFLiteFile(model, metadata: [:], options: ExportOptions())
      return (costs.devices[0], try TFLiteFile(bytes: file.bytes, path: "a.tflite"))
    }
  }

  @Test("is the one that it was priced at, to the byte")
  func bytes() throws {
    let runtime = MicroRuntime(.cmsisNNDSP)
    for (costs, file) in try priced() {
      let arena = MicroArena(file.model, on: runtime, offsets: file.plan?.offsets)
      #expect(arena.bytes == costs.arenaBytes)
      #expect(arena.bytes <= MicroArena(file.model, on: runtime).bytes)
    }
  }
}
