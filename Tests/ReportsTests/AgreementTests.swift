import Comparisons
import Distillation
import FileFormats
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FrontFiles
@testable import Reports
@testable import Studies

/// What a study says of its own students, and what whoever reads its `front.json` finds, by the same rules.
@Suite("a report and who reads its front.json")
struct AgreementTests {
  /// Students of rising cost with random answers, near enough to each other that chance decides some.
  private func study(_ random: inout RandomStream, seeds: Int, hasAnswers: Bool) -> MadeUpStudy {
    var study = MadeUpStudy()
    study.constraints = ["latency_ms<=9"]
    study.others = [#""budgets": ["latency_ms<=2", "latency_ms<=5"]"#]
    let count = 3 + random.integer(below: 5)
    study.finalists = "{\"count\": \(count), \"seeds\": \(seeds), \"baseline\": true}"
    study.events = [MadeUpStudy.began, MadeUpStudy.teacherReady]
    let difficulties = (0..<300).map { _ in random.uniform() }
    func outcome(_ skill: Double) -> (Evaluation, SplitOutcome) {
      let labels = [Int](repeating: 0, count: difficulties.count)
      let right = difficulties.map { $0 < skill + 0.1 * (random.uniform() - 0.5) }
      let metrics = ClassificationMetrics(
        logits: right.flatMap { $0 ? [1, 0] : [0, 1] }, labels: labels, classes: 2, teacher: nil)
      let evaluation = Evaluation(
        count: labels.count, correct: right.count { $0 }, negativeLogLikelihood: 0.3)
      return (evaluation, SplitOutcome(correctImages: ImageBits(right), metrics: metrics))
    }
    for trial in 0..<count {
      study.events += [
        MadeUpStudy.proposed(trial, latency: 0.5 * Double(1 + random.integer(below: 8))),
        MadeUpStudy.finished(trial, 0.8),
      ]
    }
    study.events += [
      .searchEnded(JournalEvent.SearchEnded(trials: count, isExhausted: false)),
      .selected(JournalEvent.Selected(trials: Array(0..<count))), MadeUpStudy.teacherTested,
    ]
    for trial in 0..<count {
      let skill = 0.8 + 0.03 * random.uniform() + 0.01 * Double(trial)
      for repetition in 0..<seeds {
        for isBaseline in [false, true] {
          let (validation, test) = (outcome(skill), outcome(skill))
          study.events.append(
            .distilled(
              JournalEvent.Distilled(
                trial: trial, repetition: repetition, isBaseline: isBaseline, outcome: .measured,
                validation: validation.0, test: test.0,
                validationOutcome: hasAnswers ? validation.1 : nil,
                testOutcome: hasAnswers ? test.1 : nil, seconds: 1, steps: 1)))
        }
      }
    }
    return study
  }

  @Test("agree on winners, ties, the front and how sure all of it is", arguments: 0..<24)
  func agree(round: Int) throws {
    var random = RandomStream(seed: 1, purpose: "agreement", round)
    let report = try study(&random, seeds: 1 + round % 2, hasAnswers: round % 3 != 0).report()
    let (results, inputs) = (report.inputs.results, report.inputs)
    let file = try FrontFile(
      JSONField(json: Data(report.frontJSON.utf8), file: "front.json"), subject: "study")
    #expect(file.students.map(\.trial) == results.students.map(\.trial))
    for (student, read) in zip(results.students, file.students) {
      let own = try #require(student.runs.measuredValidation)
      #expect(own.mean == student.validationAccuracy && own.answers == read.validation.answers)
      #expect(abs(own.mean - read.validation.mean) < 1e-5)
      #expect(read.isOnFront == student.isOnFront)
    }
    // The front and the standings.
    let standings = file.standings(["latency_ms"], confidence: 0.95)
    for student in results.students {
      #expect(standings[student.key] == student.standing)
      #expect(student.isOnFront == (student.standing != .dominated))
    }
    // Winners and how sure they are.
    for budget in results.budgets {
      let bounds = try MetricBound.all(in: budget.budget.name)
      let keeping = try #require(file.keeping(bounds, confidence: file.confidence))
      #expect((file.winner(keeping)?.trial == budget.student.trial) == budget.isKept)
      guard budget.isKept else { continue }
      let choice = try #require(inputs.choices.first { $0.budget?.name == budget.budget.name })
      #expect(choice.trials == keeping.map(\.trial) && choice.chosen == budget.student.trial)
      #expect(choice.stability == SelectionStability(of: keeping.map(\.validation)))
      // Ties, and by which test.
      let winner = try #require(keeping.firstIndex { $0.trial == budget.student.trial })
      let ties = AccuracyTies(
        with: winner, of: keeping.map(\.validation), noise: file.noise(on: .validation))
      #expect(ties.indices.map { keeping[$0].trial } == budget.ties.trials)
      #expect(ties.isPaired == budget.ties.isPaired)
    }
  }
}
