import BayesianOptimization
import ParetoFronts
import SearchSpaces

/// A way of choosing, after a search on a cheap metric, which architectures get the full training.
struct FinalistRule: Sendable {
  let name: String
  /// Returns the rows chosen out of the searched ones, in order; at most as many as asked for.
  let choose:
    @Sendable (_ table: ReplayTable, _ searched: [Int], _ count: Int, _ seed: UInt64) throws ->
      [Int]

  /// The rules that a replay of two fidelities compares.
  static let all = [flashAlone, model, hindsight]

  /// By the cheap metric alone: `FrontChoice`.
  static let flashAlone = FinalistRule(name: "flash alone") { table, searched, count, _ in
    rows(of: searched, in: table, by: table.values, count: count)
  }

  /// By the model of cheap and full results, which is asked again after each full training.
  static let model = FinalistRule(name: "model") { table, searched, count, seed in
    let session = SearchSession(table.problem())
    let flash = searched.map { table.observation($0) }
    var chosen: [Int] = []
    while chosen.count < count {
      let proposal = FinalistSampler().propose(
        in: session, flash: flash, full: chosen.map { table.fullObservation($0) })
      guard let proposal else { break }
      guard let row = table.row(of: proposal), searched.contains(row), !chosen.contains(row) else {
        throw ReplayError.search(
          "seed \(seed), finalist \(chosen.count): the sampler of finalists proposed "
            + "'\(table.space.key(of: proposal))', which was not searched or is trained already")
      }
      chosen.append(row)
    }
    return chosen
  }

  /// By the full metric of every trial, which a study never knows: about the best that any rule can
  /// make of a search.
  static let hindsight = FinalistRule(name: "hindsight") { table, searched, count, _ in
    rows(of: searched, in: table, by: table.fullValues ?? [], count: count)
  }

  private static func rows(
    of searched: [Int], in table: ReplayTable, by values: [Double], count: Int
  ) -> [Int] {
    let measured = searched.filter { !values[$0].isNaN }
    let points = measured.map { row in [values[row]] + table.costs(of: row).map(-) }
    return FrontChoice.indices(of: points, count: count).map { measured[$0] }
  }
}

/// What one rule chose after one search, and what it is worth.
public struct FinalistChoice: Sendable {
  /// The name of the rule.
  public let rule: String
  /// The chosen rows.
  public let rows: [Int]
  /// The share of the full metric's true hypervolume that they have.
  public let share: Double

  init(
    _ rule: FinalistRule, in table: ReplayTable, of searched: [Int], _ settings: ReplaySettings,
    seed: UInt64
  ) throws {
    self.rule = rule.name
    rows = try rule.choose(table, searched, settings.finalists, seed)
    share = table.fullScore?.share(of: rows) ?? 0
  }
}
