import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Testing

@testable import ProfileEvaluation

@Suite("the comparison of two profiles")
struct ProfileComparisonTests {
  private func shipped(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path)
  }

  private func profile(_ name: String) throws -> HardwareProfile {
    try HardwareProfile(contentsOf: shipped("HardwareProfiles/\(name).json").path())
  }

  private func comparison(
    _ first: HardwareProfile, _ second: HardwareProfile, count: Int = 40, seed: UInt64 = 1
  ) throws -> ProfileComparison {
    let space = try SearchSpace(contentsOf: shipped("SearchSpaces/mobile-cnn.json").path())
    return try ProfileComparison(
      first, second, over: space, images: space.images, count: count, seed: seed)
  }

  @Test("of a profile with itself finds no difference")
  func same() throws {
    let board = try profile("raspberry-pi-4")
    let comparison = try comparison(board, board)
    #expect(comparison.rows.count == 40 && comparison.rows.allSatisfy { $0.ratio == 1 })
    #expect(abs(comparison.spearman - 1) < 1e-12 && comparison.medianRatio == 1)
    #expect(abs(comparison.discordantShare) < 1e-12)
  }

  @Test("sorts by ratio, and turns over with its profiles")
  func different() throws {
    let (board, engine) = (try profile("raspberry-pi-4"), try profile("coral-edge-tpu"))
    let (there, back) = (try comparison(board, engine), try comparison(engine, board))
    let ratios = there.rows.map(\.ratio)
    #expect(ratios == ratios.sorted() && (ratios.last ?? 0) > 1.5 * (ratios.first ?? 0))
    let space = try SearchSpace(contentsOf: shipped("SearchSpaces/mobile-cnn.json").path())
    let workload = try space.workload(
      of: there.rows[0].architecture, input: space.images.shape, classes: space.images.classes)
    let expected =
      engine.predict(workload).latencyMilliseconds
      / board.predict(workload).latencyMilliseconds
    #expect(there.rows[0].ratio == expected)
    for (row, other) in zip(there.rows, back.rows.reversed()) {
      #expect(abs(row.ratio * other.ratio - 1) < 1e-9)
    }
    #expect(there.spearman == back.spearman && there.spearman < 0.999)
    #expect(there.discordantShare == back.discordantShare)
    #expect((0.001...0.5).contains(there.discordantShare))
    #expect((ratios[0]...ratios[39]).contains(there.medianRatio))
  }

  @Test("repeats for a seed and draws others for another")
  func seeds() throws {
    let board = try profile("raspberry-pi-4")
    func architectures(_ seed: UInt64) throws -> [Architecture] {
      try comparison(board, board, count: 10, seed: seed).rows.map(\.architecture)
    }
    #expect(try architectures(1) == architectures(1))
    #expect(try architectures(1) != architectures(2))
  }
}
