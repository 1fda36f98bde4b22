import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("autodistill stability", Program.isBuilt)
struct StabilityCommandTests {
  private func result(_ ended: Program.Ended) throws -> ChoiceStability {
    try JSONDecoder().decode(ChoiceStability.self, from: Data(ended.output.utf8))
  }

  @Test("repeats the choices, the same on any number of threads, and is shown in the report")
  func repeats() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("finalists", "{\"count\": 3}").setting("budgets", "[\"macs<=1e9\"]"))
    #expect(try study.run().status == 0)
    let ended = try study.run("stability", "--repetitions", "20", "--threads", "1", "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try result(ended)
    #expect(found.repetitions == 20 && found.varied == .both && found.isPaired)
    #expect(found.assumesTrainingDeviation)
    let choice = try #require(found.choices.first)
    let state = try Journal.state(of: study.folder)
    let results = StudyResults(try study.inputs().definition, state)
    #expect(choice.trial == results.budgets.first?.student.trial)
    #expect(choice.budget == results.budgets.first?.budget.name)
    #expect(abs(choice.students.reduce(0) { $0 + $1.chosen } + choice.none - 1) < 1e-9)
    #expect(abs(choice.students.reduce(0) { $0 + $1.best } - 1) < 1e-9)
    #expect(choice.entropyBits >= 0)
    let runnerUp = try #require(choice.runnerUp)
    #expect(runnerUp.difference >= 0 && (0...1).contains(runnerUp.pValue))
    #expect(runnerUp.low <= runnerUp.difference && runnerUp.difference <= runnerUp.high)
    #expect(runnerUp.trial != choice.trial && runnerUp.test == "mcnemar")

    let again = try study.run("stability", "--repetitions", "20", "--threads", "3", "--json")
    #expect(again.output == ended.output)
    let seeds = try study.run("stability", "--repetitions", "20", "--vary", "seeds", "--json")
    #expect(try result(seeds).varied == .seeds && seeds.output != ended.output)

    let before = try study.front()
    #expect(try study.run("report").status == 0)
    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(
      report.contains("The choices repeated") && report.contains("other seeds of the trainings"))
    #expect(try study.front() == before)
    #expect(try study.run("verify").status == 0)
  }

  @Test("says what is missing, and which values it takes")
  func problems() throws {
    let study = try TinyStudy()
    let early = try study.run("stability")
    #expect(early.status == 3 && early.errors.contains("autodistill run"), "\(early.errors)")
    let few = try study.run("stability", "--repetitions", "9")
    #expect(few.status == 2 && few.errors.contains("--repetitions: got '9'"))
    let unknown = try study.run("stability", "--vary", "weather")
    #expect(unknown.status == 2 && unknown.errors.contains("expected one of images, seeds, both"))
  }
}
