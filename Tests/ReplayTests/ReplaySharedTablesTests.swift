import FileFormats
import Foundation
import ParetoFronts
import Testing

@testable import Replay

/// The tables of the search benchmark, which lie beside the repository and are not part of it.
private enum Shared {
  static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/benchmarks").path()

  static let areThere: ConditionTrait = .enabled(
    if: FileManager.default.isReadableFile(atPath: folder + "/search/results.json"),
    "the search benchmark is not at ../shared/benchmarks")

  static func objects(_ file: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: URL(filePath: folder + "/search/" + file))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
  }

  /// Both tables in one.
  static let table = Result {
    try CSVTable(contentsOf: folder + "/nas-bench-201/nb201.csv")
      .joined(with: CSVTable(contentsOf: folder + "/nas-bench-201/nb201_e200.csv"))
  }

  static func score(accuracy: String, latency: String) throws -> FrontScore {
    let table = try table.get()
    return try FrontScore(
      values: table.column(accuracy).numbers(), costs: [table.column(latency).numbers()],
      isAllowed: Array(repeating: true, count: table.count))
  }

  /// Returns the rows that a peer tried, seed by seed.
  static func curves(_ file: String, _ score: FrontScore, budget: Int) throws -> [[Double]] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder + "/search/traj/" + file]
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let table = try CSVTable(text: String(decoding: text, as: UTF8.self), file: file)
    let seeds = try table.column("seed").numbers()
    let rows = try table.column("arch_index").numbers()
    return Set(seeds).sorted().map { seed in
      let tried = rows.indices.filter { seeds[$0] == seed }.map { Int(rows[$0]) }
      return score.curve(tried.prefix(budget))
    }
  }
}

@Suite("figures of the search benchmark", Shared.areThere)
struct ReplaySharedTablesTests {
  @Test("have the published reference points, ranges, volumes and fronts")
  func tasks() throws {
    let tasks = try Shared.objects("tasks.json")
    #expect(tasks.count == 4)
    for task in tasks {
      let score = try Shared.score(
        accuracy: try #require(task["accuracy"] as? String),
        latency: try #require(task["latency"] as? String))
      for (name, value) in [
        ("acc_ref", score.referenceValue), ("acc_best", score.bestValue),
        ("lat_ref", score.referenceCosts[0]), ("lat_best", score.bestCosts[0]),
        ("hv_true", score.trueVolume), ("n_front", Double(score.frontCount)),
      ] {
        let published = try #require(task[name] as? Double)
        #expect(abs(value - published) < 1e-9 * max(1, abs(published)), "\(name)")
      }
    }
  }

  @Test("agree with the published figures of every peer, from its trajectories")
  func peers() throws {
    let tasks = try Shared.objects("tasks.json")
    var compared = 0
    for result in try Shared.objects("results.json") {
      let name = try #require(result["task"] as? String)
      let task = try #require(tasks.first { $0["task"] as? String == name })
      let score = try Shared.score(
        accuracy: try #require(task["accuracy"] as? String),
        latency: try #require(task["latency"] as? String))
      let file = "\(name)__\(try #require(result["method"] as? String)).csv.gz"
      let budget = try #require(result["budget"] as? Int)
      let summary = ReplaySummary(curves: try Shared.curves(file, score, budget: budget))
      #expect(summary.searches == result["seeds"] as? Int && summary.budget == budget)
      for checkpoint in summary.checkpoints {
        guard let mean = result["hv@\(checkpoint.evaluations)"] as? Double else { continue }
        #expect(abs(checkpoint.mean - mean) < 1e-6, "\(file)")
        let error = result["hv@\(checkpoint.evaluations)_se"] as? Double
        #expect((checkpoint.standardError == nil) == (error == nil))
        #expect(abs((checkpoint.standardError ?? 0) - (error ?? 0)) < 1e-6)
        compared += 1
      }
      for goal in summary.goals {
        #expect(goal.meanCurve == result["evals_meancurve_\(goal.share)"] as? Int, "\(file)")
        #expect(goal.medianRun == result["evals_median_\(goal.share)"] as? Double, "\(file)")
        #expect(abs(goal.meanRun - (result["evals_mean_\(goal.share)"] as? Double ?? 0)) < 1e-6)
        #expect(abs(goal.reached - (result["reach_\(goal.share)"] as? Double ?? -1)) < 1e-6)
      }
    }
    #expect(compared > 100)
  }
}
