import Foundation
import HardwareProfiles
import RandomStreams
import SearchSpaces
import TestSupport
import Testing

@testable import ProfileEvaluation

@Suite("the benchmark of profiles fitted to few networks")
struct HardwareBenchmarkTests {
  static let spacePath = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "SearchSpaces/nas-bench-201.json").path()

  static func cells() throws -> SearchSpace { try SearchSpace(contentsOf: spacePath) }

  /// 40 cells of random operations and five without a path, with latencies of launches and MACs.
  private func table(
    _ folder: TemporaryFolder, profile: String? = nil
  ) throws -> HardwareBenchmark.Table {
    let space = try Self.cells()
    var random = RandomStream(seed: 6, purpose: "benchmark")
    var keys: [String] = []
    while keys.count < 40 {
      let key = (0..<6).map { _ in String(1 + random.integer(below: 4)) }.joined()
      if !keys.contains(key) { keys.append(key) }
    }
    keys += ["000000", "300000", "020000", "001000", "000010"]
    var text = "cell,pi_ms\n"
    for key in keys {
      let workload = try space.workload(
        of: space.architecture(key: key), input: space.images.shape,
        classes: space.images.classes)
      let milliseconds =
        0.05 * Double(workload.kernels.count) + 2e-7 * Double(workload.costs.macs)
      text += "\(key),\(milliseconds)\n"
    }
    try folder.write(text, to: "cells.csv")
    return HardwareBenchmark.Table(
      name: "cells", spacePath: Self.spacePath, path: folder.file("cells.csv"),
      architectureColumn: "cell",
      latencyColumn: "pi_ms", profilePath: profile)
  }

  @Test("has a row of all predictors for each size that leaves something to predict")
  func rows() throws {
    let folder = try TemporaryFolder()
    var rows: [HardwareBenchmark.Row] = []
    try HardwareBenchmark(subsets: 2, sizes: [10, 25, 40]).run(try table(folder)) {
      rows.append($0)
    }
    // Five cells lead nowhere, so 40 networks are left, and none beside a training on 40.
    #expect(rows.map(\.trained) == [10, 25] && rows.map(\.heldOut) == [30, 15])
    for row in rows {
      #expect(row.table == "cells")
      #expect(
        row.figures.map(\.predictor)
          == ["profile fit", "MACs", "parameters", "physical features", "ridge on choices"])
      #expect(
        row.figures.map { $0.medianAbsolutePercentageError == nil }
          == [false, true, true, false, false])
      #expect(row.figures.map { $0.intervalCoverage90 == nil } == [false, true, true, true, true])
      #expect(row.figures[0].spearman > 0.95 && row.figures[0].spearmanDeviation < 0.05)
    }
    let errors = rows.map { $0.figures[0].medianAbsolutePercentageError ?? .infinity }
    #expect(errors.allSatisfy { $0 < 6 }, "\(errors)")
  }

  @Test("has the profile of a table, and fits from it, beside the fit from nothing")
  func profile() throws {
    let folder = try TemporaryFolder()
    let profile = URL(filePath: Self.spacePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "HardwareProfiles/raspberry-pi-4.json").path()
    var rows: [HardwareBenchmark.Row] = []
    try HardwareBenchmark(subsets: 1, sizes: [20]).run(try table(folder, profile: profile)) {
      rows.append($0)
    }
    let figures = try #require(rows.first).figures
    #expect(
      figures.prefix(3).map(\.predictor)
        == ["profile fit", "the profile alone", "profile fit from it"])
    #expect(figures.count == 7)
    // The made-up device is not that board: its measurements must have been used.
    let errors = figures.prefix(3).map { $0.medianAbsolutePercentageError ?? .infinity }
    #expect(errors[2] < 0.5 * errors[1], "\(errors)")
    #expect(errors[0] != errors[2])
  }

  @Test("repeats to the last bit")
  func deterministic() throws {
    let folder = try TemporaryFolder()
    let table = try table(folder)
    func figures() throws -> [Double] {
      var figures: [Double] = []
      try HardwareBenchmark(subsets: 2, sizes: [12]).run(table) { row in
        figures += row.figures.flatMap {
          [$0.spearman, $0.spearmanDeviation, $0.medianAbsolutePercentageError ?? 0]
        }
      }
      return figures
    }
    #expect(try figures() == figures())
  }
}
