import Foundation
import HardwareProfiles
import TestSupport
import Testing

@testable import Studies

/// Studies on a board whose runtime has only some operators.
private enum SmallRuntime {
  static func study(_ operators: String, _ text: StudyText) throws -> TinyStudy {
    let study = try TinyStudy(text.setting("hardware", "\"device.json\""))
    let deployment = """
      "deployment": {"operators": [\(operators)],
        "arena": {"planner": "tflite-micro", "kernels": "reference", "pointer_bytes": 4}},
      """
    try study.temporary.write(deviceProfile(energy: deployment), to: "device.json")
    return study
  }

  static let plain = #""CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "RESHAPE""#
}

@Suite("a device whose runtime lacks operators")
struct MissingOperatorsTests {
  /// Depthwise convolutions are lacking, so only students of depth 0 run.
  @Test("gets only students that it can run, and names what the others need")
  func some() throws {
    let text = BeforeSearch.text(.random, trials: 15)
    let study = try SmallRuntime.study(SmallRuntime.plain + ", \"PAD\"", text)
    let pricing = StudentPricing(inputs: try study.inputs())
    let problem = pricing.problem(teacher: nil)
    for architecture in try #require(pricing.inputs.space.allArchitectures(limit: 100)) {
      let runs = architecture.choices[0] == 0
      #expect(problem.appraisal(of: architecture).isFeasible == runs)
      let costs = try #require(pricing.costs(of: architecture))
      #expect(try costs.value(of: .missingOperators) == Double(architecture.choices[0]))
      #expect(try costs.value(of: .arenaBytes) > 0)
    }
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    #expect(state.trials.count == 3 && state.trials.allSatisfy { $0.key.hasPrefix("0") })
    let rejected = try #require(state.screened?.rejections["missing_operators<=0"])
    #expect(rejected > 0 && rejected < 400)
    // What a user asks for is refused with the operator and the decisions behind it.
    let obstacle = try #require(pricing.obstacle(to: "200"))
    #expect(obstacle.hasPrefix("small-board lacks DEPTHWISE_CONV_2D ("))
    #expect(obstacle.contains("depth=2"))
    #expect(pricing.obstacle(to: "000") == nil)
  }

  /// Every student pads, by its first layer.
  @Test("ends a study at once where no student can run there")
  func none() throws {
    let study = try SmallRuntime.study(
      SmallRuntime.plain + ", \"DEPTHWISE_CONV_2D\"", BeforeSearch.text())
    let state = try StudyRun(try FakeWorker(in: study.temporary))(study)
    #expect(state.trials.isEmpty && state.teacher == nil)
    #expect(state.screened?.rejections["missing_operators<=0"] == 400)
    let nothing = try #require(state.nothingFeasible)
    let nearest = try #require(nothing.leastInfeasible.first)
    #expect(nearest.binding == "missing_operators<=0")
    #expect(try #require(nearest.costs.lack(on: .missingOperators)).contains("lacks PAD ("))
    #expect(nothing.isExhaustive == true)
    #expect(nothing.limits?.map(\.constraint) == ["missing_operators<=0"])
  }

  @Test("is named by the command and its report", Program.isBuilt)
  func command() throws {
    let study = try SmallRuntime.study(SmallRuntime.plain, .tiny)
    let ended = try study.run("run")
    #expect(ended.status == 4)
    #expect(ended.errors.contains("cannot run: small-board lacks PAD"), "\(ended.errors)")
    #expect(ended.errors.contains("no student of the space keeps it"))
    let report = try String(
      contentsOfFile: study.temporary.file("report/report.md"), encoding: .utf8)
    #expect(report.contains("cannot run: small-board lacks PAD"))
    #expect(report.contains("the device's runtime"))
  }

  @Test("limits the arena by its memory, and can be asked to keep less")
  func arena() throws {
    let all = SmallRuntime.plain + ", \"PAD\", \"DEPTHWISE_CONV_2D\""
    let study = try SmallRuntime.study(
      all, BeforeSearch.text().setting("constraints", "[\"arena_bytes<=7000\"]"))
    let pricing = StudentPricing(inputs: try study.inputs())
    #expect(pricing.constraints.map(\.description).contains("arena_bytes<=4294967296"))
    #expect(!pricing.constraints.map(\.description).contains("peak_memory_bytes<=4294967296"))
    for architecture in try #require(pricing.inputs.space.allArchitectures(limit: 100)) {
      let costs = try #require(pricing.costs(of: architecture))
      let fits = try costs.value(of: .arenaBytes) <= 7000
      #expect(
        pricing.problem(teacher: nil).appraisal(of: architecture).isFeasible == fits)
    }
    let flash = BeforeSearch.text().setting("constraints", "[\"flash_bytes<=7000\"]")
    let error = #expect(throws: (any Error).self) {
      try SmallRuntime.study(all, flash).inputs()
    }
    #expect("\(try #require(error))".contains("deployment.flash"))
  }
}
