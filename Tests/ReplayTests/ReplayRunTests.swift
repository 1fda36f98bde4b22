import BayesianOptimization
import Synchronization
import TestSupport
import Testing

@testable import Replay

@Suite("a search of a table")
struct ReplayRunTests {
  private func run(
    _ sampler: any Sampler, trials: Int, lookAhead: Int = 1,
    _ definition: ReplayDefinition = SmallReplay.definition, csv: String = SmallTable.csv
  ) throws -> ReplayRun {
    try ReplayRun(
      SmallReplay.table(definition, csv: csv),
      SmallReplay.settings(sampler, trials: trials, lookAhead: lookAhead), seed: 3)
  }

  @Test("shows each proposal all trials before it, the last q − 1 of them pending")
  func lookAhead() throws {
    let keys = ["00", "21", "10", "22"]
    for q in 1...5 {
      let sampler = ScriptedSampler(keys)
      let search = try run(sampler, trials: 4, lookAhead: q)
      #expect(search.rows == [0, 7, 3, 8] && search.proposalSeconds.count == 4)
      for (trial, history) in sampler.histories.enumerated() {
        #expect(history.count == trial)
        for (number, observation) in history.enumerated() {
          #expect((observation.outcome == .pending) == (number > trial - q))
        }
      }
    }
    let sampler = ScriptedSampler(keys)
    _ = try run(sampler, trials: 4)
    #expect(sampler.histories[3][1].outcome == .measured(value: 80, standardError: 0, costs: []))
  }

  @Test("counts failed trials as evaluations")
  func failed() throws {
    let csv = SmallTable.csv.replacing("21,80", with: "21,")
    let sampler = ScriptedSampler(["21", "12"])
    let search = try run(sampler, trials: 2, csv: csv)
    #expect(search.curve.count == 2 && search.curve[0] == 0 && search.curve[1] > 0)
    #expect(sampler.histories[1][0].outcome == .failed)
  }

  @Test("ends where nothing is left to propose")
  func exhausted() throws {
    let search = try run(RandomSampler(), trials: 50)
    #expect(search.rows.sorted() == Array(0..<9) && search.curve.count == 9)
    #expect(abs((search.curve.last ?? 0) - 1) < 1e-12)
    #expect(try run(ScriptedSampler(["22", "infeasible", "21"]), trials: 3).rows == [8])
  }

  @Test("never tries what a known constraint forbids or the table lacks")
  func feasible() throws {
    var definition = SmallReplay.definition
    definition.constraints = [try ColumnConstraint("ms<=4")]
    #expect(try run(RandomSampler(), trials: 50, definition).rows.sorted() == [0, 1, 2, 3])
    let few = SmallTable.csv.split(separator: "\n").prefix(5).joined(separator: "\n")
    #expect(try run(RandomSampler(), trials: 50, csv: few).rows.sorted() == [0, 1, 2, 3])
  }

  @Test("is an error where the sampler finds nothing, repeats itself or leaves the table")
  func errors() throws {
    for script in [["infeasible"], []] {
      expectError(["the sampler 'scripted' found no architecture that meets the constraints"]) {
        _ = try run(ScriptedSampler(script), trials: 3)
      }
    }
    expectError(["seed 3, trial 1: the sampler 'scripted' proposed '22', which is not in the table"]
    ) {
      _ = try run(ScriptedSampler(["22", "22"]), trials: 3)
    }
    let few = SmallTable.csv.split(separator: "\n").prefix(5).joined(separator: "\n")
    expectError(["proposed '22', which is not in the table or was tried"]) {
      _ = try run(ScriptedSampler(["22"]), trials: 3, csv: few)
    }
  }

  @Test("repeats itself, on one thread or many, and differs from seed to seed")
  func deterministic() throws {
    let lines = (0..<81).map { index in
      let key = [27, 9, 3, 1].map { String(index / $0 % 3) }.joined()
      return "\(key),\((index * 37) % 81),\((index * 23) % 81)"
    }
    let table = try SmallReplay.table(
      SmallReplay.definition, csv: (["cell,flash,ms"] + lines).joined(separator: "\n"),
      parameters: 4)
    for kind in SamplerKind.allCases {
      let settings = SmallReplay.settings(kind.makeSampler(), trials: 14)
      let finished = Mutex<Set<UInt64>>([])
      let runs = try [1, 3].map { threads in
        try ReplaySearches.run(table, settings, seeds: 5...8, threads: threads) { run in
          _ = finished.withLock { $0.insert(run.seed) }
        }
      }
      #expect(runs[0].map(\.seed) == [5, 6, 7, 8] && finished.withLock { $0 } == [5, 6, 7, 8])
      #expect(runs[0].map(\.rows) == runs[1].map(\.rows), "\(kind)")
      #expect(runs[0].map(\.curve) == runs[1].map(\.curve))
      #expect(Set(runs[0].map(\.rows)).count > 1, "\(kind)")
    }
  }

  @Test("throws what a search throws, whatever the thread")
  func failingSearch() throws {
    let table = try SmallReplay.table(SmallReplay.definition)
    for threads in [1, 4] {
      expectError(["found no architecture"]) {
        _ = try ReplaySearches.run(
          table, SmallReplay.settings(ScriptedSampler([]), trials: 2), seeds: 0...0,
          threads: threads)
      }
    }
  }

  @Test("writes its trajectories with the table's keys")
  func trajectories() throws {
    let folder = try TemporaryFolder()
    let table = try SmallReplay.table(SmallReplay.definition)
    let runs = try ["22", "02"].enumerated().map { index, key in
      try ReplayRun(
        table, SmallReplay.settings(ScriptedSampler([key, "11"]), trials: 2), seed: UInt64(index))
    }
    try ReplaySearches.writeTrajectories(runs, of: table, to: folder.file("o.csv"))
    #expect(
      String(decoding: try folder.read("o.csv"), as: UTF8.self)
        == "seed,evaluation,key\n0,1,22\n0,2,11\n1,1,02\n1,2,11\n")
  }

  @Test("trains finalists in two fidelities and scores the full column's front")
  func finalists() throws {
    var definition = SmallReplay.definition
    definition.fullMetric = "full"
    // By flash 00…22 are all on the front; in full, 10 and 11 gain next to nothing.
    let table = try SmallReplay.table(definition)
    let script = ["00", "02", "10", "11", "20", "21"]
    let run = try ReplayRun(
      table, SmallReplay.settings(ScriptedSampler(script), trials: 6, finalists: 2), seed: 0)
    let (flash, hindsight) = (run.finalists[0], try #require(run.finalists.last))
    #expect(flash.rule == "flash alone" && hindsight.rule == "hindsight")
    for choice in run.finalists {
      #expect(Set(choice.rows).count == 2 && Set(choice.rows).isSubset(of: run.rows))
      #expect(choice.share == table.fullScore?.share(of: choice.rows))
    }
    #expect(hindsight.share >= flash.share)
    // More finalists than trials: all of them.
    let all = try ReplayRun(
      table, SmallReplay.settings(ScriptedSampler(script), trials: 6, finalists: 20), seed: 0)
    #expect(all.finalists[0].rows.sorted() == [0, 2, 3, 4, 6, 7])
    let summary = ReplaySummary([run, all])
    #expect(summary.finalists.map(\.rule) == run.finalists.map(\.rule))
    #expect(summary.finalists[0].gain == nil)
    let last = try #require(summary.finalists.last)
    let gain = try #require(last.gain)
    #expect(abs(gain.mean - (last.mean - summary.finalists[0].mean)) < 1e-12)
  }
}
