import Foundation
import NeuralNetworks
import Testing

@testable import SearchSpaces

/// The table of results, which lies next to the repository and is not part of it.
private enum Shared {
  static let table = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/benchmarks/nas-bench-macro/macro.csv")

  static let isThere: ConditionTrait = .enabled(
    if: FileManager.default.isReadableFile(atPath: table.path()),
    "the table is not at ../shared/benchmarks/nas-bench-macro/macro.csv")
}

@Suite("the space of NAS-Bench-Macro")
struct NASBenchMacroTests {
  static let image = TensorShape(height: 32, width: 32, channels: 3)

  private func costs(_ key: String, in space: SearchSpace) throws -> NetworkCosts {
    NetworkCosts(
      try space.network(for: space.architecture(key: key), input: Self.image, classes: 10))
  }

  /// The stem, three 1×1 convolutions of stride 2, the head and the dense layer; two parameters a channel of
  /// every norm.
  @Test("has a network of identities of the costs that its layers add up to")
  func identities() throws {
    let space = try shippedSpace("nas-bench-macro")
    let costs = try costs("00000000", in: space)
    let halvings = 32 * 64 * 256 + 64 * 128 * 64 + 128 * 256 * 16
    #expect(costs.macs == 27 * 32 * 1024 + halvings + 256 * 1280 * 16 + 12_800)
    let weights = 27 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 1280 + 12_800 + 10
    #expect(costs.parameters == weights + 2 * (32 + 64 + 128 + 256 + 1280))
  }

  @Test("has the MACs and parameters of the published table", Shared.isThere)
  func published() throws {
    let space = try shippedSpace("nas-bench-macro")
    let lines = try String(contentsOf: Shared.table, encoding: .utf8).split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",").map(String.init)
    let key = try #require(header.firstIndex(of: "arch"))
    let parameters = try #require(header.firstIndex(of: "parameters"))
    let flops = try #require(header.firstIndex(of: "flops"))
    #expect(lines.count == 6562)
    // Every seventh row has each operation in each layer.
    for line in lines.dropFirst().enumerated().filter({ $0.offset % 7 == 0 }).map(\.element) {
      let fields = line.split(separator: ",").map(String.init)
      let costs = try costs(fields[key], in: space)
      #expect(costs.macs == Int(fields[flops]) && costs.parameters == Int(fields[parameters]))
    }
  }
}
