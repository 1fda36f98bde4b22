import BayesianOptimization
import FileFormats
import Foundation
import SearchSpaces
import TestSupport

@testable import Replay

/// Small tables and spaces for replays.
enum SmallReplay {
  static func space(parameters count: Int = 2) throws -> SearchSpace {
    try SearchSpace(json: Data(SmallTable.spaceText(parameters: count).utf8), file: "space.json")
  }

  static func table(
    _ definition: ReplayDefinition, csv text: String = SmallTable.csv, parameters: Int = 2
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
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    histories.append(history.observations)
    guard trial < script.count else { return nil }
    if script[trial] == "infeasible" { return .infeasible(leastInfeasible: []) }
    return .architecture(try session.problem.space.architecture(key: script[trial]))
  }
}
