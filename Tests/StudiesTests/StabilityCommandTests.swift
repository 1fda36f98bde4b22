import FileFormats
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

  @Test("with --retrain runs the study again with other seeds, once, and reports what they choose")
  func retrains() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("finalists", "{\"count\": 2, \"baseline\": false}"))
    #expect(try study.run().status == 0)
    func retrained(_ ended: Program.Ended) throws -> RetrainedChoices {
      try JSONDecoder().decode(RetrainedChoices.self, from: Data(ended.output.utf8))
    }
    let first = try study.run("stability", "--retrain", "1", "--json")
    #expect(first.status == 0, "\(first.errors)")
    #expect(try retrained(first).seeds == [4])
    let journal = study.folder.repetition(seed: 4).journal
    let bytes = try ContentHash.hexadecimal(ofFile: journal)
    let ended = try study.run("stability", "--retrain", "2", "--json")
    #expect(ended.status == 0, "\(ended.errors)")
    let found = try retrained(ended)
    #expect(found.seeds == [4, 5] && found.unfinished.isEmpty)
    #expect(try ContentHash.hexadecimal(ofFile: journal) == bytes, "what has ended is left alone")
    let choice = try #require(found.choices.first)
    let state = try Journal.state(of: study.folder)
    let results = StudyResults(try study.inputs().definition, state)
    let candidates = results.candidates(try study.inputs().definition)
    #expect(choice.trial == candidates.first?.students.mostAccurate?.trial)
    #expect(abs(choice.students.reduce(0) { $0 + $1.chosen } + choice.none - 1) < 1e-9)
    #expect((0...1).contains(choice.entropyBits) && (0...1).contains(choice.chance))
    #expect(choice.accuracy?.split == "test")
    // Another seed is another teacher and another search of the same length.
    let other = try Journal.state(of: study.folder.repetition(seed: 5))
    #expect(other.ownTrials.count == state.ownTrials.count)
    #expect(other.teacher?.weightsHash != state.teacher?.weightsHash)
    #expect(other.began?.dataHash == state.began?.dataHash)

    let report = String(decoding: try study.temporary.read("report/report.md"), as: UTF8.self)
    #expect(report.contains("The choices repeated") && report.contains("with the seeds 4, 5"))
    #expect(try study.run("verify").status == 0)
    #expect(try study.run("stability", "--retrain", "2").output.contains("p by chance"))
  }

  @Test("says what is missing, and which values it takes")
  func problems() throws {
    let study = try TinyStudy()
    let early = try study.run("stability")
    #expect(early.status == 3 && early.errors.contains("autodistill run"), "\(early.errors)")
    let few = try study.run("stability", "--repetitions", "9")
    #expect(few.status == 2 && few.errors.contains("--repetitions: got '9'"))
    let untrained = try study.run("stability", "--retrain", "1")
    #expect(untrained.status == 3 && untrained.errors.contains("autodistill run"))
    let drawn = try study.run("stability", "--retrain", "1", "--vary", "seeds")
    #expect(drawn.status == 2 && drawn.errors.contains("--retrain N draws none"))
    let idle = try study.run("stability", "--workers", "2")
    #expect(idle.status == 2 && idle.errors.contains("--workers is for --retrain N"))
    let unknown = try study.run("stability", "--vary", "weather")
    #expect(unknown.status == 2 && unknown.errors.contains("expected one of images, seeds, both"))
  }
}
