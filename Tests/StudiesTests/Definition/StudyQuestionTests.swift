import BayesianOptimization
import Distillation
import Foundation
import HardwareProfiles
import Testing

@testable import Studies

@Suite("what a study asks for")
struct StudyQuestionTests {
  private func definition(_ members: (String, String)...) throws -> StudyDefinition {
    try members.reduce(StudyText.tiny) { $0.setting($1.0, $1.1) }.definition()
  }

  private func teacher(_ correct: Int) -> JournalEvent.TeacherReady {
    let evaluation = Evaluation(count: 1000, correct: correct, negativeLogLikelihood: 0.3)
    return JournalEvent.TeacherReady(
      identity: "t", macs: 1, parameters: 1, pipelineAccuracy: 0.9, validation: evaluation,
      test: nil, weightsHash: "w")
  }

  private func objective(
    _ members: (String, String)..., teacher: JournalEvent.TeacherReady? = nil
  ) throws -> SearchObjective {
    let text = members.reduce(StudyText.tiny) { $0.setting($1.0, $1.1) }
    return StudentPricing(inputs: try TinyStudy(text).inputs()).objective(teacher: teacher)
  }

  @Test("is the best student within its limits, where it names no budgets")
  func limits() throws {
    #expect(try definition().askedBudgets == [])
    let limited = try definition(("constraints", "[\"macs<=5000\", \"parameters>=10\"]"))
    #expect(limited.askedBudgets == [Budget([Constraint(.macs, .atMost, 5000)])])
    let both = try definition(
      ("constraints", "[\"parameters<=900\"]"), ("budgets", "[\"macs<=2000\", \"macs<=5000\"]"))
    #expect(both.askedBudgets.map(\.name) == ["macs<=2000", "macs<=5000", "all limits"])
    let same = try definition(
      ("constraints", "[\"macs<=5000\"]"), ("budgets", "[\"macs<=2000\", \"macs<=5000\"]"))
    #expect(same.askedBudgets.map(\.name) == ["macs<=2000", "macs<=5000"])
  }

  @Test("compares students by the costs that it limits, where it names none to minimise")
  func withoutMinimize() throws {
    let text = StudyText.tiny.removing("minimize")
    let study = try text.setting("budgets", "[[\"macs<=2000\", \"peak_memory_bytes<=900\"]]")
      .setting("constraints", "[\"parameters<=500\", \"macs>=10\"]").definition()
    #expect(study.objectives.map(\.description) == ["macs", "peak_memory_bytes", "parameters"])
    #expect(!study.asksForFront)
    #expect(try definition().asksForFront)
    #expect {
      _ = try text.definition()
    } throws: {
      "\($0)".contains("minimize")
    }
    #expect {
      _ = try text.setting("constraints", "[\"macs>=10\"]").definition()
    } throws: {
      "\($0)".contains("minimize")
    }
  }

  @Test("may hold a floor of the accuracy, once")
  func accuracyFloor() throws {
    let study = try definition(("constraints", "[\"accuracy >= 0.8\", \"macs<=5000\"]"))
    #expect(study.accuracyFloor == 0.8 && study.constraints.count == 1)
    for wrong in [
      "[\"accuracy<=0.8\"]", "[\"accuracy>=80\"]", "[\"accuracy>=0\"]", "[\"accuracy>=x\"]",
      "[\"accuracy>=0.8\", \"accuracy>=0.9\"]",
    ] {
      #expect {
        _ = try definition(("constraints", wrong))
      } throws: {
        "\($0)".contains("constraints[") && "\($0)".contains("accuracy")
      }
    }
  }

  /// The defect that this guards against: without the limit the search took for worthless what cost more
  /// than its trials so far.
  @Test("gives the search the limit as the end of the cost's axis, on a linear scale")
  func axes() throws {
    #expect(
      try objective(("constraints", "[\"macs<=5000\"]")).axes
        == [CostAxis(scale: .linear, limit: 5000)])
    #expect(
      try objective(("budgets", "[\"macs<=2000\", \"macs<=5000\"]")).axes
        == [CostAxis(scale: .linear, limit: 5000, lowest: 2000)])
    // With one device its name makes no difference.
    let named = StudyText.tiny.setting("hardware", "\"device.json\"")
      .setting("minimize", "[\"latency_ms\"]").setting(
        "constraints", "[\"latency_ms@small-board<=5\"]")
    #expect(
      StudentPricing(inputs: try TinyStudy(named).inputs()).objective(teacher: nil).axes
        == [CostAxis(scale: .linear, limit: 5)])
    // A constraint cuts the budgets off.
    #expect(
      try objective(
        ("budgets", "[\"macs<=2000\", \"macs<=9000\"]"), ("constraints", "[\"macs<=5000\"]")
      ).axes == [CostAxis(scale: .linear, limit: 5000, lowest: 2000)])
    // Without a limit the axis ends at the costliest of the sampled students.
    let free = try objective()
    #expect(free.axes[0].scale == .logarithmic && free.axes[0].lowest == nil)
    // A tenth of their range beyond it, so that it counts too.
    let inputs = try TinyStudy(.tiny).inputs()
    let pricing = StudentPricing(inputs: inputs)
    let macs = pricing.sample.compactMap { pricing.costs(of: $0)?.macs }.map(Double.init)
    let (low, high) = (try #require(macs.min()), try #require(macs.max()))
    let expected = high * pow(high / low, 0.1)
    #expect(abs(try #require(free.axes[0].limit) / expected - 1) < 1e-9)
  }

  @Test("asks for front and budgets, for one of them or the other")
  func shares() throws {
    #expect(try objective().budgetCount == 0 && objective().frontShare == 1)
    let limited = try objective(("constraints", "[\"macs<=5000\"]"))
    #expect(limited.budgetCount == 1 && limited.frontShare == 0.5)
    let text = StudyText.tiny.removing("minimize").setting("budgets", "[\"macs<=5000\"]")
    let alone = StudentPricing(inputs: try TinyStudy(text).inputs()).objective(teacher: nil)
    #expect(alone.budgetCount == 1 && alone.frontShare == 0)
  }

  @Test("takes for a floor what is half-way between naming one class and the teacher, or its own")
  func floor() throws {
    #expect(try objective().floor == nil)
    // Errors of 2/3 and 6 %: their geometric mean is 20 %.
    let usual = try #require(try objective(teacher: teacher(940)).floor)
    #expect(abs(usual - 0.8) < 1e-12)
    #expect(try objective(teacher: teacher(940)).budgetFloor == nil)
    let own = try objective(("constraints", "[\"accuracy>=0.9\"]"), teacher: teacher(940))
    #expect(own.floor == 0.9 && own.budgetFloor == 0.9)
  }

  @Test("tells for each budget how surely a student keeps it, and 0 where not surely enough")
  func budgets() throws {
    let text = StudyText.tiny.setting("budgets", "[\"macs<=900\", \"macs<=100000\"]")
    let inputs = try TinyStudy(text).inputs()
    let problem = StudentPricing(inputs: inputs).problem(teacher: nil)
    let small = try inputs.space.architecture(key: "001")
    // 9 · 6 · 16 + 6 · 3 multiply–accumulates.
    #expect(problem.appraisal(of: small).budgets == [1, 1])
    let large = try inputs.space.architecture(key: "212")
    #expect(problem.appraisal(of: large).budgets == [0, 1])
  }
}
