import BayesianOptimization
import Foundation
import SearchSpaces

@testable import Replay

/// Small tables and spaces for replays.
enum SmallReplay {
  /// A space of `count` parameters with three values each; its keys are as many digits of 0…2.
  static func spaceText(parameters count: Int = 2) -> String {
    let parameters = (0..<count).map { #"{"name": "p\#($0)", "values": [0, 1, 2]}"# }
    let sum = (0..<count).map { "$p\($0)" }.joined(separator: " + ")
    return """
      {"format": "autodistill-search-space/1", "name": "small",
       "parameters": [\(parameters.joined(separator: ", "))],
       "blueprint": [{"layer": "convolution", "kernel": 1, "channels": "$classes + 0 * (\(sum))"},
        {"layer": "batch_norm"}]}
      """
  }

  static func space(parameters count: Int = 2) throws -> SearchSpace {
    try SearchSpace(json: Data(spaceText(parameters: count).utf8), file: "space.json")
  }

  /// Nine architectures with two accuracies and two costs.
  static let csv = """
    cell,flash,full,ms,kb
    00,10,15,1,9
    01,20,22,2,8
    02,30,41,3,7
    10,40,43,4,6
    11,50,44,5,5
    12,60,66,6,4
    20,70,75,7,3
    21,80,77,8,2
    22,90,99,9,1
    """

  static func table(
    _ definition: ReplayDefinition, csv text: String = csv, parameters: Int = 2
  ) throws -> ReplayTable {
    try ReplayTable(
      CSVTable(text: text, file: "t.csv"), space: space(parameters: parameters),
      definition: definition)
  }

  /// Flash accuracy against a known cost.
  static let definition = ReplayDefinition(
    key: "cell", metric: "flash", minimized: ["ms"], known: ["ms"])

  static func settings(
    _ sampler: any Sampler, trials: Int, lookAhead: Int = 1, finalists: Int = 0
  ) -> ReplaySettings {
    ReplaySettings(
      sampler: sampler, samplerName: "scripted", trials: trials, lookAhead: lookAhead,
      finalists: finalists)
  }
}

/// A sampler that proposes what it is told to, and keeps what it saw.
final class ScriptedSampler: Sampler, @unchecked Sendable {  // For one thread.
  private let script: [String]
  private(set) var histories: [[Observation]] = []

  init(_ script: [String]) { self.script = script }

  func propose(
    in session: SearchSession, history: [Observation], trial: Int, seed: UInt64
  ) throws -> Proposal? {
    histories.append(history)
    guard trial < script.count else { return nil }
    if script[trial] == "infeasible" { return .infeasible(leastInfeasible: []) }
    return .architecture(try session.problem.space.architecture(key: script[trial]))
  }
}
