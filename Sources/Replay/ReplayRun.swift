import BayesianOptimization
import Foundation
import SearchSpaces

/// How a table is searched.
public struct ReplaySettings: Sendable {
  public var sampler: any Sampler
  /// The sampler's name, for messages.
  public var samplerName: String
  /// The trials of each search.
  public var trials: Int
  /// Trial n is proposed from the results of trials up to n − lookAhead; the others are pending.
  public var lookAhead: Int
  /// With two fidelities the number of full trainings.
  public var finalists: Int

  /// Creates settings.
  public init(
    sampler: any Sampler, samplerName: String, trials: Int, lookAhead: Int = 1, finalists: Int = 0
  ) {
    self.sampler = sampler
    self.samplerName = samplerName
    self.trials = trials
    self.lookAhead = lookAhead
    self.finalists = finalists
  }
}

/// One search of a table, from one seed.
public struct ReplayRun: Sendable {
  public let seed: UInt64
  /// The rows in the order of their trials; fewer than asked for if nothing was left to propose.
  public private(set) var rows: [Int] = []
  /// How long each proposal took, by the wall clock.
  public private(set) var proposalSeconds: [Double] = []
  /// The share of the true hypervolume after each trial.
  public private(set) var curve: [Double] = []
  /// For each budget by how much the best row within it is missed after each trial.
  public private(set) var regrets: [[Double]] = []
  /// What each rule for finalists chose; empty in one fidelity.
  public private(set) var finalists: [FinalistChoice] = []

  /// Searches a table.
  ///
  /// - Throws: What the sampler throws; `ReplayError.search` if it finds nothing at all that meets
  ///   the constraints, or breaks the contract of samplers.
  public init(_ table: ReplayTable, _ settings: ReplaySettings, seed: UInt64) throws {
    self.seed = seed
    let session = SearchSession(table.problem())
    var history: [Observation] = []
    for trial in 0..<settings.trials {
      // The result of this trial is there from now on.
      let due = trial - settings.lookAhead
      if due >= 0 { history[due] = table.observation(rows[due]) }
      let began = DispatchTime.now().uptimeNanoseconds
      let proposal = try settings.sampler.propose(
        in: session, history: history, trial: trial, seed: seed)
      proposalSeconds.append(Double(DispatchTime.now().uptimeNanoseconds - began) / 1e9)
      guard case .architecture(let architecture) = proposal else { break }
      guard let row = table.row(of: architecture), !rows.contains(row) else {
        throw ReplayError.search(
          "seed \(seed), trial \(trial): the sampler '\(settings.samplerName)' proposed "
            + "'\(table.space.key(of: architecture))', which is not in the table or was tried")
      }
      rows.append(row)
      history.append(table.pending(row))
    }
    guard !rows.isEmpty else {
      throw ReplayError.search(
        "the sampler '\(settings.samplerName)' found no architecture that meets the constraints")
    }
    curve = table.score.curve(rows)
    regrets = table.definition.budgets.indices.map { table.regret(within: $0, of: rows) }
    if table.fullScore != nil {
      finalists = try FinalistRule.all.map { rule in
        try FinalistChoice(rule, in: table, of: rows, settings, seed: seed)
      }
    }
  }
}
