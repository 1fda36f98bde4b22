import BayesianOptimization
import FileFormats
import NeuralNetworks
import SearchSpaces
import TestSupport
import Testing

@testable import Replay

@Suite("a table of known results")
struct ReplayTableTests {
  private func appraisal(_ table: ReplayTable, _ key: String) throws -> Appraisal {
    try table.problem().appraisal(of: table.space.architecture(key: key))
  }

  @Test("tells a sampler the known costs and the reference point, and of revealed costs nothing")
  func problem() throws {
    var definition = SmallReplay.definition
    definition.minimized = ["kb", "ms"]
    definition.references = ["kb": 12]
    let table = try SmallReplay.table(definition)
    let problem = table.problem()
    #expect(problem.costNames == ["ms"] && problem.measuredCostNames == ["kb"])
    #expect(problem.covariateNames == [])
    let linear = [9.0, 12].map { CostAxis(scale: .linear, limit: $0) }
    #expect(problem.objective.axes == linear)
    #expect(abs((problem.objective.floor ?? 0) - 18) < 1e-9)
    #expect(problem.measuredLimits == [nil])
    let found = try appraisal(table, "12")
    #expect(found == Appraisal(costs: [6], covariates: [], violation: 0))
    #expect(
      table.observation(5).outcome == .measured(value: 60, standardError: 0, costs: [4]))
  }

  @Test("leaves out the rows that contradict a fixed decision")
  func fixedDecisions() throws {
    let space = try SmallReplay.space()
    let fixed = try space.fixing(
      [FixedDecision(parameter: space.parameters[0].name, value: space.parameters[0].values[1])],
      file: "f", field: "--fix")
    let csv = try CSVTable(text: SmallTable.csv, file: "t.csv")
    let all = try ReplayTable(csv, space: space, definition: SmallReplay.definition)
    let table = try ReplayTable(csv, space: fixed, definition: SmallReplay.definition)
    #expect(table.keys == all.keys.filter { $0.hasPrefix("1") })
    #expect(table.values == zip(all.keys, all.values).filter { $0.0.hasPrefix("1") }.map(\.1))
    #expect(!table.keys.isEmpty && table.keys.count < all.keys.count)
  }

  @Test("asks for the best row within each budget, and says by how much it is missed")
  func budgets() throws {
    var definition = SmallReplay.definition
    definition.budgets = try ["ms<=3", "ms<=7"].map { try ColumnConstraint($0) }
    let table = try SmallReplay.table(definition)
    #expect(table.problem().objective.axes == [CostAxis(scale: .linear, limit: 9, lowest: 3)])
    #expect(table.problem().objective.frontShare == 0.5)
    #expect(try appraisal(table, "10").budgets == [0, 1])
    #expect(try appraisal(table, "01").budgets == [1, 1])
    // The worst value of the table, 10, counts until a row within the budget is found.
    #expect(table.regret(within: 0, of: [5, 1, 8, 2]) == [20, 10, 10, 0])
    #expect(table.regret(within: 1, of: [8, 5, 6]) == [60, 10, 0])
    definition.asksForFront = false
    #expect(try SmallReplay.table(definition).problem().objective.frontShare == 0)
    for wrong in ["ms>=3", "kb<=3", "ms<=0.5"] {
      definition.budgets = [try ColumnConstraint(wrong)]
      #expect(throws: ReplayError.self) { try SmallReplay.table(definition) }
    }
    definition.budgets = []
    #expect(throws: ReplayError.self) { try SmallReplay.table(definition) }
  }

  @Test("tells the standard error that it is told to tell")
  func error() throws {
    var definition = SmallReplay.definition
    definition.standardError = 0.25
    let outcome = try SmallReplay.table(definition).observation(0).outcome
    #expect(outcome == .measured(value: 10, standardError: 0.25, costs: []))
  }

  @Test("says which reference no row beats, why, and how to set another")
  func reference() throws {
    let rows = ["00", "01", "02", "10", "11", "12", "20", "21", "22"].prefix(4)
    func expect(
      _ parts: [String], values: (Int) -> (Int, Int),
      _ change: (inout ReplayDefinition) throws -> Void = { _ in }
    ) throws {
      var definition = SmallReplay.definition
      try change(&definition)
      let lines = rows.enumerated().map { index, key in
        "\(key),\(values(index).0),\(values(index).1)"
      }
      expectError(parts) {
        _ = try SmallReplay.table(
          definition, csv: "cell,flash,ms\n" + lines.joined(separator: "\n"))
      }
    }
    try expect(
      [
        "none of the 4 rows", "ms below 2 (the column's maximum; all of them have 2)",
        "--reference ms=X",
      ], values: { ($0, 2) })
    try expect(
      ["flash above 8 (the column's 10th percentile; all of them have 8)", "--reference flash=X"],
      values: { (8, $0 + 1) })
    try expect(
      ["flash above 9 (given as --reference; the best is 3)"], values: { ($0, $0 + 1) }
    ) { $0.references["flash"] = 9 }
    try expect(["all of flash, ms at once"], values: { ($0, $0 + 1) }) {
      $0.references = ["flash": 2.5, "ms": 2]
    }
    try expect(["meets the constraints"], values: { ($0, $0 + 1) }) {
      $0.constraints = [try ColumnConstraint("ms<=0.5")]
    }
  }

  @Test("turns constraints on known columns into violations, on revealed ones into limits")
  func constraints() throws {
    var definition = SmallReplay.definition
    definition.minimized = ["ms", "kb"]
    definition.constraints = try ["ms<=4", "kb <= 6", "kb<=8"].map { try ColumnConstraint($0) }
    let table = try SmallReplay.table(definition)
    #expect(table.problem().measuredLimits == [6])
    #expect(try appraisal(table, "20").violation == 0.75)
    #expect(try appraisal(table, "10").isFeasible)
    // Row 3 alone keeps both limits.
    #expect(table.score.share(of: [0, 1, 2, 4]) == 0 && table.score.share(of: [3]) == 1)
    definition = SmallReplay.definition
    definition.known = ["ms", "kb"]
    definition.constraints = [try ColumnConstraint("kb>=4")]
    #expect(try appraisal(SmallReplay.table(definition), "21").violation == 0.5)
    #expect(try appraisal(SmallReplay.table(definition), "12").violation == 0)
  }

  @Test("takes architectures that it lacks as unbuildable, and rows without a value as failed")
  func missing() throws {
    let text = """
      cell,flash,ms,kb
      00,10,1,5
      01,20,2,
      02,,3,
      10,NaN,4,5
      11,50,5,6
      """
    #expect(try !appraisal(SmallReplay.table(SmallReplay.definition, csv: text), "22").isFeasible)
    let table = try SmallReplay.table(SmallReplay.definition, csv: text)
    #expect(table.observation(2).outcome == .failed && table.observation(3).outcome == .failed)
    var definition = SmallReplay.definition
    definition.minimized = ["ms", "kb"]
    expectError(["t.csv:3: kb: got an empty field, expected a number"]) {
      _ = try SmallReplay.table(definition, csv: text)
    }
    let filled = text.replacing("01,20,2,", with: "01,20,2,3")
    #expect(try SmallReplay.table(definition, csv: filled).observation(2).outcome == .failed)
    definition.known = ["ms", "kb"]
    expectError(["t.csv:4: kb: got an empty field, expected a number"]) {
      _ = try SmallReplay.table(definition, csv: filled)
    }
  }

  @Test("gives log MACs and log parameters as covariates if it is told the images")
  func covariates() throws {
    var definition = SmallReplay.definition
    definition.images = .init(shape: TensorShape(height: 1, width: 1, channels: 7), classes: 4)
    let table = try SmallReplay.table(definition)
    #expect(table.problem().covariateNames == ["log macs", "log parameters"])
    let found = try appraisal(table, "00").covariates
    // A convolution from 7 to 4 channels, 28 weights, and a norm with 2·4.
    #expect(abs(found[0] - 3.332_204_510) < 1e-6 && abs(found[1] - 3.583_518_938) < 1e-6)
    definition.images = .init(shape: TensorShape(height: 2, width: 2, channels: 7), classes: 4)
    expectError(["t.csv:2: cell: got '00', expected a network for images of 2×2×7 (space.json"]) {
      _ = try SmallReplay.table(definition)
    }
  }

  @Test("names file, line and column of what is wrong")
  func errors() throws {
    let csv = SmallTable.csv
    for (text, message) in [
      (csv.replacing("11,50", with: "10,50"), "t.csv:6: cell: got '10', expected a key of its own"),
      (csv.replacing("11,50", with: "13,50"), "t.csv:6: cell: got '13', expected a key of the"),
      (csv.replacing("11,50", with: "111,50"), "expected 2 characters, got 3"),
      (csv.replacing("11,50", with: ",50"), "t.csv:6: cell: got an empty field"),
      (csv.replacing("50,44,5", with: "50,44,x"), "t.csv:6: ms: got 'x', expected a number"),
      (csv.replacing("50,44,5", with: "5o,44,5"), "t.csv:6: flash: got '5o', expected a number"),
      (csv.replacing("50,44,5", with: "50,44,"), "t.csv:6: ms: got an empty field"),
      (csv.replacing("cell", with: "Cell"), "t.csv: got the columns Cell"),
      (csv.replacing(",ms", with: ",s"), "expected a column 'ms'"),
    ] {
      expectError([message]) { _ = try SmallReplay.table(SmallReplay.definition, csv: text) }
    }
  }

  @Test("refuses columns whose parts do not fit together")
  func parts() throws {
    func expect(_ message: String, _ change: (inout ReplayDefinition) throws -> Void) {
      expectError([message]) {
        var definition = SmallReplay.definition
        try change(&definition)
        _ = try SmallReplay.table(definition)
      }
    }
    expect("the column 'ms' has two parts") { $0.minimized = ["ms", "ms"] }
    expect("the column 'flash' has two parts") { $0.fullMetric = "flash" }
    expect("the known column 'kb' is neither minimised nor constrained") {
      $0.known = ["ms", "kb"]
    }
    expect("the reference for 'kb' has no use, expected one of flash, ms") {
      $0.references = ["kb": 1]
    }
    expect("constraint \"kb<=5.0\": 'kb' is neither minimised nor known") {
      $0.constraints = [try ColumnConstraint("kb<=5")]
    }
    expect("constraint \"ms>=5.0\": a cost that only a trial reveals") {
      $0.known = []
      $0.constraints = [try ColumnConstraint("ms>=5")]
    }
    for (text, problem) in [
      ("ms", "expected a column, <= or >=, and a number"), ("ms<5", "expected a column, <= or >="),
      ("<=5", "expected a column"), ("ms<=five", "the bound 'five' is not a number"),
      ("ms<=inf", "the bound 'inf' is not a number"), ("ms<=", "the bound '' is not a number"),
    ] {
      expectError(["constraint \"\(text)\": ", problem]) { _ = try ColumnConstraint(text) }
    }
  }

  @Test("measures how far a bound is broken")
  func violations() throws {
    #expect(try ColumnConstraint("a<=4").violation(of: 5) == 0.25)
    #expect(try ColumnConstraint("a<=4").violation(of: 4) == 0)
    #expect(try ColumnConstraint(" a >= 4 ").violation(of: 3) == 0.25)
    #expect(try ColumnConstraint("a<=-4").violation(of: -3) == 0.25)
    #expect(try ColumnConstraint("a<=0").violation(of: 2) == 2)
    #expect(try ColumnConstraint("a<=1e-300").violation(of: 1e300) == 1e12)
  }
}
