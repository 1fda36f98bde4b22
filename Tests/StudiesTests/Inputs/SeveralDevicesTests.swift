import BayesianOptimization
import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import TestSupport
import Testing

@testable import Studies

/// Studies of `TinyData` on one or two made-up boards: `small-board`, on which launches cost most, and
/// `slow-board`, on which arithmetic does.
private enum Boards {
  static let both = "[\"device.json\", \"slow.json\"]"
  static let energy =
    "\"energy\": {\"pj_per_mac\": 900, \"pj_per_byte\": 1, \"static_power_mw\": 5},"

  /// All fifteen students are tried, as far as they are feasible.
  static func text(_ hardware: String, _ constraints: [String] = []) -> StudyText {
    BeforeSearch.text(.random, trials: 15).setting("hardware", hardware)
      .setting("constraints", "[\(constraints.map { "\"\($0)\"" }.joined(separator: ", "))]")
  }

  /// A study on both boards, which know their energy.
  static func study(_ text: StudyText) throws -> TinyStudy {
    let study = try TinyStudy(text)
    try study.temporary.write(deviceProfile(energy: energy), to: "device.json")
    try study.temporary.write(
      deviceProfile(name: "slow-board", overhead: 0.5, rate: 0.05, energy: energy),
      to: "slow.json")
    return study
  }

  static func keys(_ text: StudyText, workers: Int = 2) throws -> Set<String> {
    Set(try BeforeSearch.search(workers: workers, text: text).trials.map(\.key))
  }

  /// Right answers of 100: depth is worth most, then width, then the kernel.
  static func correct(_ key: String) -> Int {
    let digits = key.compactMap(\.wholeNumberValue)
    return 50 + 12 * digits[0] + 4 * digits[2] + digits[1]
  }
}

@Suite("a study on several devices")
struct SeveralDevicesTests {
  @Test("has another winner on another device")
  func winner() throws {
    func winner(_ hardware: String) throws -> String? {
      let text = Boards.text("\"\(hardware)\"", ["latency_ms<=0.11"])
        .setting("minimize", "[\"latency_ms\"]")
        .setting("finalists", "{\"count\": 15, \"baseline\": false}")
      let study = try BeforeSearch.copy(text)
      let worker = try FakeWorker(
        in: study.temporary,
        onTask: """
          rest=${line#*'"key":"'}; key=${rest%%'"'*}
            depth=${key%??}; rest=${key#?}; kernel=${rest%?}; width=${key#??}
            correct=$((50 + 12 * depth + 4 * width + kernel))
            evaluation='{"count":100,"correct":'$correct',"negative_log_likelihood":0.5}'
            test=''
            [ "$kind" = flash ] || test=',"test":'$evaluation
            say '{"id":'$id',"status":"measured","seconds":0.25,"steps":7,"validation":'$evaluation$test'}'
          """)
      let state = try StudyRun(worker)(study)
      let results = StudyResults(try study.inputs().definition, state)
      for student in results.students {
        #expect(student.validationAccuracy == Double(Boards.correct(student.key)) / 100)
      }
      return results.students.max { $0.validationAccuracy < $1.validationAccuracy }?.key
    }
    // Launches forbid a third block on one board, arithmetic forbids width on the other.
    let (small, slow) = (try winner("device.json"), try winner("slow.json"))
    #expect(small == "112" && slow == "200", "\(small ?? "nobody"), \(slow ?? "nobody")")
  }

  @Test("keeps bounds of a named device on it, and of no name on all of them")
  func bounds() throws {
    let bound = "<=0.11"
    let small = try Boards.keys(Boards.text("\"device.json\"", ["latency_ms" + bound]))
    let slow = try Boards.keys(Boards.text("\"slow.json\"", ["latency_ms" + bound]))
    #expect(small != slow && !small.isEmpty && !slow.isEmpty)
    func both(_ constraint: String) -> StudyText { Boards.text(Boards.both, [constraint]) }
    #expect(try Boards.keys(both("latency_ms@small-board" + bound)) == small)
    #expect(try Boards.keys(both("latency_ms@slow-board" + bound)) == slow)
    let worst = both("latency_ms" + bound).setting("devices", "\"worst_case\"")
    #expect(try Boards.keys(worst) == small.intersection(slow))
    #expect(!small.intersection(slow).isEmpty)
  }

  @Test("proposes the same students for any number of workers, by the worst of all devices")
  func workers() throws {
    let text = BeforeSearch.text().setting("hardware", Boards.both)
      .setting("devices", "\"worst_case\"").setting("minimize", "[\"latency_ms\"]")
      .setting("budgets", "[\"latency_ms<=0.12\", \"latency_ms<=0.3\"]")
    let one = try BeforeSearch.search(workers: 1, text: text)
    #expect(one.trials.count == 12)
    for workers in [2, 4] {
      let other = try BeforeSearch.search(
        workers: workers, text: text,
        onTask: "sleep 0.0$((1 + (trial * 5 + \(workers)) % 4)); answer")
      #expect(other == one, "\(workers) workers: \(other.difference(from: one))")
    }
    // The objective is the larger of the two latencies.
    let inputs = try TinyStudy(text).inputs()
    for trial in one.trials {
      let latencies = trial.costs.devices.compactMap(\.latencyMilliseconds)
      #expect(latencies.count == 2)
      #expect(inputs.definition.firstCost(trial.costs) == latencies.max())
    }
  }

  @Test("is refused where a cost could mean several devices, naming what it may be called")
  func ambiguous() throws {
    for (name, value, field) in [
      ("minimize", "[\"macs\", \"latency_ms\"]", "minimize[1]: got \"latency_ms\""),
      ("constraints", "[\"latency_ms<=1\"]", "constraints: got \"latency_ms<=1\""),
      ("budgets", "[\"macs<=9\", \"latency_ms<=1\"]", "budgets[1]: got \"latency_ms<=1\""),
    ] {
      let study = try Boards.study(Boards.text(Boards.both).setting(name, value))
      expectError([
        "study.json: ", field, "latency_ms@small-board, latency_ms@slow-board", "worst_case",
      ]) { _ = try study.inputs() }
      try study.write(
        Boards.text(Boards.both).setting(name, value).setting("devices", "\"worst_case\""))
      _ = try study.inputs()
    }
    let other = try Boards.study(Boards.text(Boards.both, ["latency_ms@pi<=1"]))
    expectError(["names no hardware profile of this study", "latency_ms@slow-board"]) {
      _ = try other.inputs()
    }
  }

  @Test("is refused where one front would hold latencies of two protocols, naming them")
  func twoProtocols() throws {
    for (minimize, constraint) in [("latency_ms", "macs<=9"), ("macs", "energy_mj<=1")] {
      let text = Boards.text(Boards.both, [constraint]).setting("minimize", "[\"\(minimize)\"]")
        .setting("devices", "\"worst_case\"")
      let study = try Boards.study(text)
      _ = try study.inputs()
      try study.temporary.write(
        deviceProfile(name: "slow-board", threads: 2, energy: Boards.energy), to: "slow.json")
      expectError([
        "study.json: ", "the profiles 'small-board' and 'slow-board' differ in protocol.threads",
        "cannot stand in one front",
      ]) { _ = try study.inputs() }
      // Each with its own axis they may stand side by side.
      try study.write(
        Boards.text(Boards.both).setting(
          "minimize", "[\"latency_ms@small-board\", \"latency_ms@slow-board\"]"))
      _ = try study.inputs()
    }
  }

  @Test("is refused where two profiles have one name, or one metric is meant twice")
  func names() throws {
    let study = try Boards.study(Boards.text(Boards.both))
    try study.temporary.write(deviceProfile(), to: "slow.json")
    expectError(["hardware[1]: got \"slow.json\"", "it is called 'small-board', as device.json is"])
    {
      _ = try study.inputs()
    }
    try study.write(
      Boards.text("\"device.json\"").setting(
        "minimize", "[\"latency_ms\", \"latency_ms@small-board\"]"))
    expectError(["minimize[1]: got \"latency_ms@small-board\"", "each metric once"]) {
      _ = try study.inputs()
    }
  }

  @Test("minds the memory of every device")
  func memory() throws {
    let study = try Boards.study(Boards.text(Boards.both))
    let free = StudentPricing(inputs: try study.inputs())
    let peaks = try #require(study.inputs().space.allArchitectures(limit: 100)).compactMap {
      free.costs(of: $0)?.devices[1].peakMemoryBytes
    }.sorted()
    try study.temporary.write(
      deviceProfile(name: "slow-board", ram: peaks[7], energy: Boards.energy), to: "slow.json")
    let pricing = StudentPricing(inputs: try study.inputs())
    #expect(
      pricing.constraints.map(\.description) == [
        "peak_memory_bytes@small-board<=4294967296", "weight_bytes@small-board<=16000000000",
        "peak_memory_bytes@slow-board<=\(peaks[7])", "weight_bytes@slow-board<=16000000000",
      ])
    let feasible = try #require(study.inputs().space.allArchitectures(limit: 100)).filter {
      pricing.costs(of: $0).map(pricing.violation) == 0
    }
    #expect(feasible.count == peaks.count { $0 <= peaks[7] } && feasible.count < 15)
  }
}

@Suite("autodistill run on several devices", Program.isBuilt)
struct SeveralDevicesCommandTests {
  @Test("returns the best student of each budget, on the terminal and in the report")
  func budgets() throws {
    let text = StudyText.tiny.setting("hardware", Boards.both)
      .setting("devices", "\"worst_case\"").setting("minimize", "[\"latency_ms\"]")
      .setting(
        "budgets",
        #"["latency_ms@slow-board<=0.11", {"name": "any", "constraints": "0.01<=latency_ms<=9"}]"#)
    let study = try TinyStudy(text)
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let state = try Journal.state(of: study.folder)
    let results = StudyResults(try study.inputs().definition, state)
    #expect(results.budgets.map(\.budget.name) == ["latency_ms@slow-board<=0.11", "any"])
    for result in results.budgets {
      #expect(result.isKept && results.students.contains(result.student))
      #expect(
        ended.output.contains("budget:  \(result.budget.name): trial \(result.student.trial)"))
    }
    #expect(try results.budgets[0].student.costs.value(of: .latencyMilliseconds) < 0.11)
    #expect(
      results.budgets[1].student.validationAccuracy
        == results.students.map(\.validationAccuracy).max())
    let header = try #require(study.front().split(whereSeparator: \.isNewline).first)
    for column in ["latency_ms", "latency_ms@small-board", "latency_se_ms@slow-board"] {
      #expect(header.split(separator: ",").contains { $0 == column })
    }
    let report = try String(
      contentsOfFile: study.temporary.file("report/report.md"), encoding: .utf8)
    #expect(report.contains("## Budgets"))
  }
}

@Suite("every constraint that a study declares")
struct DeclaredConstraintTests {
  /// Each metric on each device that it may name, with each relation.
  static let declared: [(metric: DeviceMetric, relation: BoundRelation)] =
    CostMetric.allCases.filter {
      // These boards say nothing of their runtimes.
      ![.arenaBytes, .flashBytes, .missingOperators].contains($0)
    }.flatMap { metric in
      (metric.dependsOnDevice ? [nil, "small-board", "slow-board"] : [nil]).flatMap { device in
        BoundRelation.allCases.map { (DeviceMetric(metric, on: device), $0) }
      }
    }

  @Test(
    "rejects something and is applied to every student",
    arguments: Thoroughness.every(3, of: declared.indices))
  func applied(index: Int) throws {
    let (metric, relation) = DeclaredConstraintTests.declared[index]
    func text(_ constraints: [String]) -> StudyText {
      Boards.text(Boards.both, constraints).setting("devices", "\"worst_case\"")
    }
    let study = try Boards.study(text([]))
    let free = StudentPricing(inputs: try study.inputs())
    let all = try #require(study.inputs().space.allArchitectures(limit: 100))
    // A bound among the values, so that it must divide the space.
    let values = try all.map { try #require(free.costs(of: $0)).value(of: metric) }.sorted()
    let constraint = Constraint(metric, relation, 0.5 * (values[4] + values[11]))
    try study.write(text([constraint.description]))
    let inputs = try study.inputs()
    let pricing = StudentPricing(inputs: inputs)
    let problem = pricing.problem(teacher: nil)
    let kept = all.filter { architecture in
      guard let costs = pricing.costs(of: architecture) else { return false }
      let isKept = (try? constraint.isMet(by: costs, at: .usual)) ?? false
      #expect(problem.appraisal(of: architecture).isFeasible == isKept)
      #expect((problem.appraisal(of: architecture).feasibility >= 0.9 - 1e-9) == isKept)
      return isKept
    }
    #expect(kept.count < all.count, "\(constraint)")
    let journal = try Journal(study.folder)
    try journal.append(.began(inputs.began(version: "1")))
    try SearchStage(
      inputs: inputs,
      context: StudyContext(
        version: "1", workerCommand: ["false"], workers: 1, threads: 1, report: { _ in },
        isCancelled: { false }), journal: journal
    ).screen()
    let screened = try #require(journal.state.screened)
    let rejected = try #require(screened.rejections[constraint.description])
    #expect(rejected > 0 && rejected == 400 - screened.feasible, "\(constraint)")
    #expect((journal.state.nothingFeasible == nil) == !kept.isEmpty)
  }

  @Test("on a prediction rejects more, the more confidence is asked for")
  func confidence() throws {
    var counts: [Int] = []
    for confidence in ["0.51", "0.75", "0.9", "0.99"] {
      let study = try Boards.study(
        Boards.text("\"slow.json\"", ["latency_ms<=0.11"]).setting("confidence", confidence))
      let pricing = StudentPricing(inputs: try study.inputs())
      let all = try #require(study.inputs().space.allArchitectures(limit: 100))
      counts.append(all.count { pricing.costs(of: $0).map(pricing.violation) == 0 })
    }
    #expect(counts == counts.sorted(by: >) && Set(counts).count >= 3, "\(counts)")
  }

  @Test("in a budget keeps those out who keep no budget, and is counted")
  func budgets() throws {
    let study = try TinyStudy(
      Boards.text("\"device.json\"").setting(
        "budgets", "[[\"macs<=3000\", \"parameters<=100\"], \"macs>=6000\"]"))
    let inputs = try study.inputs()
    let pricing = StudentPricing(inputs: inputs)
    for architecture in try #require(inputs.space.allArchitectures(limit: 100)) {
      let costs = try #require(pricing.costs(of: architecture))
      let keeps = (costs.macs <= 3000 && costs.parameters <= 100) || costs.macs >= 6000
      #expect((pricing.violation(costs) == 0) == keeps)
      #expect((pricing.binding(costs) == nil) == keeps)
    }
    let outcome = try BeforeSearch.search(
      text: Boards.text("\"device.json\"").setting(
        "budgets", "[[\"macs<=3000\", \"parameters<=100\"], \"macs>=6000\"]"))
    let screened = try #require(outcome.screened)
    let kept = try #require(screened.kept)
    #expect(kept.count == 2 && kept.values.reduce(0, +) == screened.feasible)
    #expect(kept.values.allSatisfy { $0 > 0 } && screened.feasible < 400)
    #expect(screened.rejections["macs>=6000"].map { $0 > 0 } == true)
  }
}
