import BayesianOptimization
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import TestSupport
import Testing

@testable import Studies

@Suite("study.json")
struct StudyDefinitionReadingTests {
  @Test("is read field by field")
  func fields() throws {
    let definition = try StudyText.tiny
      .setting("constraints", "[\"macs<=5000\", \"weight_bytes >= 10\"]")
      .setting("minimize", "[\"peak_memory_bytes\", \"macs\"]")
      .setting("finalists", "{\"count\": 3, \"seeds\": 2, \"baseline\": false}")
      .setting("workers", "5").definition()
    #expect(definition.name == "tiny" && definition.seed == 3 && definition.workers == 5)
    #expect(definition.searchSpace == "space.json" && definition.hardware.isEmpty)
    #expect(definition.objectives == [.peakMemoryBytes, .macs])
    #expect(
      definition.constraints
        == [Constraint(.macs, .atMost, 5000), Constraint(.weightBytes, .atLeast, 10)])
    #expect(
      definition.search
        == SearchSettings(sampler: .bayesian, trials: 8, initialTrials: 4, lookAhead: 4))
    #expect(definition.finalists == FinalistSettings(count: 3, seeds: 2, baseline: false))
    #expect(definition.flash == FlashRecipe(fraction: 0.5, batch: 12, statisticsBatches: 4))
    #expect(definition.full.epochs == 3 && definition.full.loss.distillation == 0.9)
    let recipe = try #require(definition.teacher.members[0].form.trainingRecipe)
    #expect(recipe.hasPrefix("epochs=4.0 ") && recipe.contains(" slices=2 "))
    #expect(definition.teacher.members.count == 1 && !definition.teacher.isGiven)
    #expect(definition.search.rungs == nil && definition.search.enqueue.isEmpty)
    #expect(definition.warmStart.isEmpty)
    #expect(definition.confidence == .usual && definition.budgets.isEmpty)
    #expect(definition.devices == .named)
  }

  @Test("tests the final students on corrupted images unless it says otherwise")
  func robustness() throws {
    let tiny = StudyText.tiny
    #expect(try tiny.removing("robustness").definition().robustness?.images == 1000)
    #expect(try tiny.setting("robustness", "true").definition().robustness == .defaults)
    #expect(try tiny.setting("robustness", "false").definition().robustness == nil)
    let few = try tiny.setting("robustness", "{\"images\": 30}").definition()
    #expect(few.robustness?.images == 30)
    // It comes after all results and may be changed in a finished study.
    #expect(try few.identity == tiny.removing("robustness").definition().identity)
    for wrong in ["{\"images\": 0}", "{}", "100", "{\"images\": 5, \"seed\": 1}"] {
      expectError(["study.json: robustness"]) {
        _ = try tiny.setting("robustness", wrong).definition()
      }
    }
  }

  @Test("limits what a training may take where it says so")
  func trialLimits() throws {
    #expect(try StudyText.tiny.definition().trialLimits == TrialLimits())
    let limited = StudyText.tiny.setting(
      "trial_limits", "{\"memory_mib\": 900, \"flash_minutes\": 2.5, \"full_minutes\": 90}")
    #expect(
      try limited.definition().trialLimits
        == TrialLimits(memoryMebibytes: 900, flashMinutes: 2.5, fullMinutes: 90))
  }

  @Test("may name several devices, a confidence and budgets")
  func costs() throws {
    let definition = try StudyText.tiny
      .setting("hardware", "[\"a.json\", \"b.json\"]").setting("devices", "\"worst_case\"")
      .setting("minimize", "[\"latency_ms@a\", \"latency_ms\", \"weight_bytes@b\"]")
      .setting("constraints", "[\"2<=latency_ms@b<=5\", \"macs<=9\"]")
      .setting("confidence", "0.75")
      .setting(
        "budgets",
        """
        ["latency_ms<=1", ["macs<=5", "100<=parameters<=200"],
         {"name": "small", "constraints": "weight_bytes<=7"}, {"constraints": ["energy_mj<=2"]}]
        """
      )
      .setting("finalists", "{\"count\": 4}").definition()
    #expect(definition.hardware == ["a.json", "b.json"] && definition.devices == .worstCase)
    #expect(
      definition.objectives.map(\.description) == ["latency_ms@a", "latency_ms", "weight_bytes@b"])
    #expect(
      definition.constraints.map(\.description)
        == ["latency_ms@b>=2", "latency_ms@b<=5", "macs<=9"])
    #expect(definition.confidence == Confidence(0.75))
    #expect(
      definition.budgets.map(\.name) == [
        "latency_ms<=1", "macs<=5, parameters>=100, parameters<=200", "small", "energy_mj<=2",
      ])
    #expect(
      definition.budgets[1].constraints.map(\.description)
        == ["macs<=5", "parameters>=100", "parameters<=200"])
    // Without a count every budget has room for one.
    let six = (1...6).map { "\"macs<=\($0)\"" }.joined(separator: ", ")
    let many = try StudyText.tiny.setting("budgets", "[\(six)]").removing("finalists").definition()
    #expect(many.finalists.count == 6)
  }

  @Test("may say how many students are audited, when, and what follows")
  func audit() throws {
    func audit(_ text: String) throws -> AuditSettings {
      try StudyText.tiny.setting("audit", text).definition().audit
    }
    #expect(
      try audit(#"{"count": 6, "at": 1, "smallest_correlation": -1, "raise": 3.5}"#)
        == AuditSettings(count: 6, at: 1, smallestCorrelation: -1, raise: 3.5))
    #expect(try audit("{}") == .defaults)
    #expect(try audit(#"{"count": 0}"#).count == 0)
  }

  @Test("may ask for rungs, students to try first, and earlier studies to begin with")
  func searchExtras() throws {
    let definition = try StudyText.tiny
      .setting(
        "search",
        """
        {"rungs": {"at": [0.25, 0.5], "keep": 0.4}, "enqueue": ["000", "212"]}
        """
      )
      .setting("warm_start", "[\"../a\", \"/b\"]").definition()
    #expect(definition.search.rungs == RungSettings(at: [0.25, 0.5], keep: 0.4))
    #expect(definition.search.enqueue == ["000", "212"])
    #expect(definition.warmStart == ["../a", "/b"])
    let rungs = try StudyText.tiny.setting("search", "{\"rungs\": {\"at\": [0.3]}}").definition()
    #expect(rungs.search.rungs == RungSettings(at: [0.3], keep: 0.5))
  }

  @Test("has defaults for all that may be left out")
  func defaults() throws {
    let definition = try StudyText.tiny.setting("full", "{}").removing("seed").removing("search")
      .removing("flash").removing("finalists").removing("audit")
      .setting("teacher", "{\"network\": {\"stem_channels\": 8, \"stages\": []}}").definition()
    #expect(definition.seed == 0 && definition.workers == nil && definition.constraints.isEmpty)
    #expect(
      definition.search
        == SearchSettings(sampler: .bayesian, trials: 60, initialTrials: 3, lookAhead: 4))
    #expect(definition.flash == .defaults)
    #expect(definition.full == .studentDefaults)
    #expect(
      definition.teacher.members[0].form.trainingRecipe == Recipe.teacherDefaults.identity)
    #expect(definition.finalists == FinalistSettings(count: 4, seeds: 1, baseline: true))
    #expect(
      definition.audit == AuditSettings(count: 4, at: 0.5, smallestCorrelation: 0.5, raise: 2))
  }

  @Test(
    "is refused where a required member is missing, naming it",
    arguments: [
      "format", "name", "data", "teacher", "search_space", "minimize", "full",
    ])
  func missing(name: String) {
    expectError(["study.json: ", "the key \"\(name)\" too"]) {
      _ = try StudyText.tiny.removing(name).definition()
    }
  }

  @Test(
    "is refused where a member has a wrong type, range or key, naming field, value and expectation",
    arguments: [
      ("format", "\"autodistill-study/2\"", "format: got \"autodistill-study/2\", expected \"auto"),
      ("name", "3", "name: got 3, expected the study's name"),
      ("name", "\"\"", "name: got \"\", expected the study's name"),
      ("seed", "-1", "seed: got -1, expected a whole number, at least 0"),
      ("seed", "1.5", "seed: got 1.5, expected a whole number"),
      ("data", "{}", "data: got an empty object, expected exactly one of the keys"),
      ("data", "{\"name\": \"mnist\"}", "data.name: got \"mnist\", expected \"fashion-mnist\""),
      ("teacher", "[]", "teacher: got [], expected an object"),
      (
        "teacher", "{\"network\": {\"stem_channels\": 8, \"stages\": []}, \"epochs\": 4}",
        "teacher.epochs: got an unknown key"
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": []}, "recipe": {"distillation_weight": 0.5}}
        """, "teacher.recipe.distillation_weight: got 0.5, expected no such field"
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": []}, "recipe": {"teaching": {"kind": "branches"}}}
        """,
        "expected teaching that asks no teacher, since a teacher is trained without one: teaching of the kind "
          + "\"branches\" asks the teacher which classes it mixes up, unless \"groups\" lists"
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": []}, "recipe": {"labeled_share": 0.5}}
        """,
        "teacher.recipe.labeled_share: got 0.5, expected no \"labeled_share\" where nothing is learnt from images "
          + "without a label, as a teacher learns from labels alone"
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": []}, "recipe": {"generations": 2}}
        """, "teacher.recipe.generations: got 2, expected no such field"
      ),
      (
        "teacher",
        """
        {"network": {"stem_channels": 8, "stages": []}, "recipe": {}, "weights": "teacher"}
        """, "no recipe where the teacher's weights are given"
      ),
      ("search_space", "null", "search_space: got null, expected the path of a search-space file"),
      ("hardware", "7", "hardware: got 7, expected the path of a hardware-profile file"),
      ("hardware", "[]", "hardware: got [], expected at least one hardware profile"),
      ("hardware", "[3]", "hardware[0]: got 3, expected the path of a hardware-profile file"),
      ("hardware", "[\"a\", \"a\"]", "hardware[1]: got \"a\", expected each profile once"),
      ("devices", "\"worst\"", "devices: got \"worst\", expected one of \"named\", \"worst"),
      ("devices", "\"worst_case\"", "expected several hardware profiles in \"hardware\""),
      ("minimize", "[\"macs@a\"]", "macs is the same on every device: leave out \"@a\""),
      ("minimize", "[\"weight_bytes@a\"]", "a hardware profile, because weight_bytes@a is asked"),
      ("constraints", "[\"flops@a<=5\"]", "flops is the same on every device: leave out \"@a\""),
      ("constraints", "[\"9<=macs<=5\"]", "constraints[0]: got \"9<=macs<=5\""),
      ("constraints", "[\"9<=macs<=5\"]", "the floor is above the ceiling"),
      ("confidence", "0.5", "confidence: got 0.5, expected a probability between 0.5 and 1"),
      ("confidence", "1", "confidence: got 1, expected a probability between 0.5 and 1"),
      ("confidence", "90", "confidence: got 90, expected a probability between 0.5 and 1"),
      ("budgets", "\"macs<=5\"", "budgets: got \"macs<=5\", expected an array of budgets"),
      ("budgets", "[[]]", "budgets[0]: got [], expected at least one constraint"),
      ("budgets", "[\"macs<5\"]", "budgets[0]: got \"macs<5\", expected a constraint such as"),
      ("budgets", "[\"latency_ms<=5\"]", "a hardware profile, because latency_ms is asked for"),
      (
        "budgets", "[{\"name\": \"x\"}]",
        "budgets[0]: got an object with \"name\", expected the key"
      ),
      (
        "budgets", "[\"macs<=5\", [\"macs<=5\"]]",
        "budgets[1]: got [\"macs<=5\"], expected budgets with names of their own"
      ),
      (
        "budgets", "[\"macs<=5\", \"macs<=6\", \"macs<=7\"]",
        "finalists.count: got 2, expected at least one for each of the 3 budgets"
      ),
      ("minimize", "[]", "minimize: got [], expected at least one metric"),
      ("minimize", "\"macs\"", "minimize: got \"macs\", expected an array of metrics"),
      ("minimize", "[\"latency\"]", "minimize[0]: got \"latency\", expected one of \"latency_ms\""),
      ("minimize", "[\"macs\", \"macs\"]", "minimize[1]: got \"macs\", expected each metric once"),
      ("minimize", "[\"latency_ms\"]", "a hardware profile, because latency_ms is asked for"),
      ("minimize", "[\"energy_mj\"]", "a hardware profile, because energy_mj is asked for"),
      ("constraints", "[\"latency_ms<=5\"]", "hardware: got nothing, expected a hardware profile"),
      ("constraints", "[\"speed<=5\"]", "constraints[0]: got \"speed<=5\""),
      ("constraints", "[\"speed<=5\"]", "unknown metric \"speed\", expected one of latency_ms"),
      ("constraints", "[\"macs<=5\", \"accuracy<=0.9\"]", "constraints[1]: got \"accuracy<=0.9\""),
      ("constraints", "[\"macs=5\"]", "constraints[0]: got \"macs=5\""),
      ("constraints", "[\"macs<=-5\"]", "the bound \"-5\" is not a number above 0"),
      ("constraints", "[\"macs<=many\"]", "the bound \"many\" is not a number above 0"),
      ("constraints", "{\"macs\": 5}", "constraints: got an object"),
      ("search", "{\"trials\": 0}", "search.trials: got 0"),
      ("search", "{\"sampler\": \"tpe\"}", "search.sampler: got \"tpe\", expected one of \"bayes"),
      ("search", "{\"initial_trials\": \"4\"}", "search.initial_trials: got \"4\""),
      ("search", "{\"repeat_every\": -1}", "search.repeat_every: got -1"),
      (
        "search", "{\"sampler\": \"random\", \"initial_trials\": 4}",
        "search.initial_trials: got 4, expected no \"initial_trials\" with the sampler \"random\""
      ),
      ("search", "{\"look_ahead\": 0}", "search.look_ahead: got 0, expected a whole number from 1"),
      ("search", "{\"lookahead\": 4}", "search.lookahead: got an unknown key"),
      ("search", "{\"rungs\": {}}", "search.rungs: got an empty object, expected the key \"at\""),
      ("search", "{\"rungs\": {\"at\": []}}", "search.rungs.at: got [], expected at least one"),
      ("search", "{\"rungs\": {\"at\": [1]}}", "search.rungs.at[0]: got 1, expected a number from"),
      (
        "search", "{\"rungs\": {\"at\": [0.5, 0.25]}}",
        "search.rungs.at[1]: got 0.25, expected shares in ascending order"
      ),
      (
        "search", "{\"rungs\": {\"at\": [0.5], \"keep\": 1}}",
        "search.rungs.keep: got 1, expected a number from 0.01 to 0.99"
      ),
      ("search", "{\"enqueue\": [7]}", "search.enqueue[0]: got 7, expected an architecture's key"),
      (
        "search", "{\"trials\": 2, \"enqueue\": [\"000\", \"001\", \"002\"]}",
        "expected at most as many as search.trials, which is 2"
      ),
      ("warm_start", "\"../a\"", "warm_start: got \"../a\", expected an array of earlier studies"),
      ("warm_start", "[\"../a\", \"../a\"]", "warm_start[1]: got \"../a\", expected a folder once"),
      ("flash", "{\"fraction\": 5}", "flash.fraction: got 5, expected a number from 0.001 to 1"),
      ("full", "{\"epoch\": 5}", "full.epoch: got an unknown key"),
      ("full", "{\"temperature\": -4}", "full.temperature: got -4"),
      ("finalists", "{\"count\": 0}", "finalists.count: got 0"),
      ("finalists", "{\"seeds\": 101}", "finalists.seeds: got 101"),
      ("finalists", "{\"baseline\": 1}", "finalists.baseline: got 1, expected true or false"),
      ("finalists", "{\"count\": 9}", "finalists.count: got 9, expected at most search.trials"),
      ("audit", "4", "audit: got 4, expected an object"),
      ("audit", "{\"count\": -1}", "audit.count: got -1, expected a whole number from 0 to 1000"),
      ("audit", "{\"at\": 0}", "audit.at: got 0, expected a number from 0.01 to 1"),
      ("audit", "{\"at\": 1.5}", "audit.at: got 1.5, expected a number from 0.01 to 1"),
      (
        "audit", "{\"smallest_correlation\": 2}",
        "audit.smallest_correlation: got 2, expected a number from -1 to 1"
      ),
      ("audit", "{\"raise\": 0.5}", "audit.raise: got 0.5, expected a number from 1 to 1000"),
      ("audit", "{\"fraction\": 0.1}", "audit.fraction: got an unknown key"),
      ("workers", "0", "workers: got 0, expected a whole number from 1 to 1024"),
      ("trial_limits", "5", "trial_limits: got 5, expected an object"),
      ("trial_limits", "{\"minutes\": 5}", "trial_limits.minutes: got an unknown key"),
      (
        "trial_limits", "{\"memory_mib\": 15}",
        "trial_limits.memory_mib: got 15, expected a whole number from 16 to 16777216"
      ),
      (
        "trial_limits", "{\"flash_minutes\": 0}",
        "trial_limits.flash_minutes: got 0, expected a number from 0.001 to 100000"
      ),
      ("trial_limits", "{\"full_minutes\": \"1h\"}", "trial_limits.full_minutes: got \"1h\""),
      ("workerss", "2", "workerss: got an unknown key"),
      ("workerss", "2", "did you mean \"workers\"?"),
    ] as [(String, String, String)])
  func wrongMember(name: String, value: String, part: String) {
    expectError(["study.json: ", part]) {
      _ = try StudyText.tiny.setting(name, value).definition()
    }
  }

  @Test("cut short anywhere is refused, with line and column")
  func truncated() throws {
    let bytes = Data(StudyText.tiny.json.utf8)
    for count in 0..<bytes.count - 2 {
      #expect(throws: JSONError.self, "cut at byte \(count)") {
        try StudyDefinition(JSONField(json: bytes.prefix(count), file: "study.json"))
      }
    }
    expectError(["study.json:3:", "not valid JSON"]) {
      _ = try JSONField(json: Data("{\n\"name\": \"x\",\n\"seed\": }".utf8), file: "study.json")
    }
  }

  @Test("that is missing is said to be")
  func noFile() {
    expectError(["no-study/study.json: cannot be read: there is no such file"]) {
      _ = try StudyDefinition(contentsOf: "no-study/study.json")
    }
  }
}

@Suite("the identity of a study")
struct StudyIdentityTests {
  private func identity(_ text: StudyText) throws -> String { try text.definition().identity }

  @Test("is that of its values: name, workers, order and spacing of members do not count")
  func equal() throws {
    let identity = try identity(.tiny)
    #expect(try self.identity(StudyText.tiny.setting("workers", "7")) == identity)
    #expect(try self.identity(StudyText.tiny.setting("name", "\"other\"")) == identity)
    #expect(
      try self.identity(StudyText.tiny.setting("trial_limits", "{\"memory_mib\": 64}")) == identity)
    #expect(
      try self.identity(StudyText.tiny.removing("seed").setting("seed", "  3.0  ")) == identity)
    #expect(
      try self.identity(
        StudyText.tiny.setting(
          "search", "{\"look_ahead\": 4, \"initial_trials\": 4, \"trials\": 8}")) == identity)
  }

  @Test(
    "changes with every other member",
    arguments: ["seed", "data", "full", "finalists", "search", "warm_start"])
  func different(name: String) throws {
    let changes = [
      "seed": "4",
      "data": "{\"name\": \"fashion-mnist\"}", "full": "{\"epochs\": 2}",
      "finalists": "{\"count\": 2, \"baseline\": false}",
      "search":
        "{\"trials\": 8, \"initial_trials\": 4, \"look_ahead\": 4, \"rungs\": {\"at\": [0.5]}}",
      "warm_start": "[\"../other\"]",
    ]
    let changed = StudyText.tiny.setting(name, try #require(changes[name]))
    #expect(try identity(changed) != identity(.tiny))
  }
}
