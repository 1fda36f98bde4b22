import Comparisons
import Foundation
import Testing

@testable import Reports
@testable import Studies

@Suite("what a report says of leaks and repeated choices")
struct LeakageReportTests {
  private func report(
    leakage: [LeakageResult] = [], stability: ChoiceStability? = nil,
    retrained: RetrainedChoices? = nil
  ) throws -> StudyReport {
    let study = MadeUpStudy.small
    let (definition, state) = (try study.definition(), study.state)
    return StudyReport(
      definition: definition, state: state, results: StudyResults(definition, state),
      space: try study.space(), profiles: try study.profiles(), version: "1.2.3",
      leakage: leakage, stability: stability, retrained: retrained)
  }

  private func attack(_ value: Double, _ rate: Double) -> LeakageResult.Attack {
    LeakageResult.Attack(area: area(value), truePositiveRate: rate)
  }

  private func area(_ value: Double, reach: Double = 0.01) -> AreaEstimate {
    AreaEstimate(value: value, low: value - reach, high: value + reach)
  }

  private func leakage(
    teacherExcess: Double = 0.05, baselineExcess: Double = 0.002, isTeacherKnown: Bool = true
  ) -> LeakageResult {
    LeakageResult(
      key: MadeUpStudy.key(0), weightsHash: "5ea1",
      thresholds: LeakageResult.Thresholds(
        images: 10_000, student: attack(0.52, 0.011),
        teacher: attack(0.57, 0.014), teacherExcess: area(teacherExcess),
        knowsTeacherImages: isTeacherKnown),
      shadows: LeakageResult.Shadows(
        count: 7, lost: [3], images: 50_000,
        distilled: LeakageResult.Shadows.Kind(
          threshold: attack(0.51, 0.01), likelihoodRatio: attack(0.6, 0.04)),
        baseline: LeakageResult.Shadows.Kind(
          threshold: attack(0.515, 0.01), likelihoodRatio: attack(0.602, 0.041)),
        baselineExcess: area(baselineExcess)))
  }

  @Test("has every attack with its interval, and says whose leak is larger")
  func attacks() throws {
    let markdown = try report(leakage: [leakage()]).markdown
    #expect(markdown.contains("What the students give away"))
    #expect(markdown.contains("Attacks on trial 0"))
    #expect(markdown.contains("0.510 to 0.530") && markdown.contains("0.590 to 0.610"))
    #expect(
      markdown.contains(
        "By the loss, the leak of the teacher is larger than that of the student by 0.050 (0.040 to 0.060)."
      ))
    #expect(
      markdown.contains(
        "By likelihood ratios, the leaks of students without the teacher and of distilled students cannot be told apart"
      ))
    #expect(markdown.contains("1 shadow diverged or was lost and is left out: 3."))
    #expect(markdown.contains("10000 training images"))
    let other = LeakageWords(
      result: leakage(teacherExcess: -0.05, baselineExcess: 0.04, isTeacherKnown: false))
    #expect(
      other.verdicts[0].contains(
        "the leak of the student is larger than that of the teacher by 0.050 (0.040 to 0.060)"))
    #expect(other.verdicts[0].contains("is not known here"))
    #expect(
      other.verdicts[1].contains(
        "the leak of students without the teacher is larger than that of distilled students by 0.040"
      ))
  }

  @Test("says what was tried on the teacher, and whose leak is larger by the stronger attack")
  func teacherShadows() throws {
    let alone = LeakageWords(result: leakage())
    #expect(alone.basis.contains("On the teacher the loss attack alone was tried"))
    var found = leakage()
    found.teacherShadows = LeakageResult.TeacherShadows(
      count: 5, lost: [1, 4], images: 50_000,
      attacks: LeakageResult.Shadows.Kind(
        threshold: attack(0.55, 0.012), likelihoodRatio: attack(0.702, 0.09)),
      compared: 5, studentExcess: area(-0.1))
    let words = LeakageWords(result: found)
    #expect(!words.basis.contains("alone was tried"))
    #expect(words.basis.contains("2 shadows of the teacher diverged or were lost"))
    #expect(words.basis.contains("compared by 5 shadows of the same halves"))
    #expect(
      words.rows.suffix(2).map { $0[0...2].joined(separator: "|") } == [
        "shadows of the teacher|loss|0.550", "shadows of the teacher|likelihood ratio|0.702",
      ])
    #expect(
      words.verdicts.last
        == "By likelihood ratios, the leak of the teacher is larger than that of distilled students by 0.100 "
        + "(0.090 to 0.110).")
    found.teacherShadows?.compared = nil
    found.teacherShadows?.studentExcess = nil
    #expect(LeakageWords(result: found).basis.contains("Too few halves"))
    let json = try JSONDecoder().decode(
      [LeakageResult].self, from: Data(LeakageReport([found]).json().utf8))
    #expect(json == [found])
  }

  @Test("reads back what the command writes, and prints it")
  func formats() throws {
    let report = LeakageReport([leakage()])
    let read = try JSONDecoder().decode([LeakageResult].self, from: Data(report.json().utf8))
    #expect(read == [leakage()])
    #expect(report.lines.first == "student \(MadeUpStudy.key(0)):")
    #expect(report.lines.contains { $0.contains("likelihood ratio") && $0.contains("0.602") })
  }

  private func stability(_ evidence: String) -> ChoiceStability {
    ChoiceStability(
      evidence: evidence, repetitions: 100, varied: .both, isPaired: false,
      trainingDeviation: 0.0015, assumesTrainingDeviation: true, imagined: 1.3,
      choices: [
        ChoiceStability.Choice(
          budget: nil, trial: 2,
          students: [
            .init(trial: 2, key: "k2", chosen: 0.71, best: 0.8),
            .init(trial: 0, key: "k0", chosen: 0.24, best: 0.2),
          ], none: 0.05, entropyBits: 1.06,
          runnerUp: .init(
            trial: 0, difference: 0.0236, low: 0.01, high: 0.035, pValue: 0.0004,
            test: "unpaired"))
      ])
  }

  @Test("has the repeated choices, or says that they are of other results")
  func repeated() throws {
    let study = MadeUpStudy.small
    let evidence = ChoiceStability.evidence(try study.definition(), study.state)
    let markdown = try report(stability: stability(evidence)).markdown
    #expect(
      markdown.contains("The choices repeated") && markdown.contains("trial 0: 24 %; none: 5 %"))
    #expect(markdown.contains("+2.36 (+1.00 to +3.50)") && markdown.contains("0.000"))
    #expect(markdown.contains("On average 1.3 of a repetition"))
    #expect(markdown.contains("0.15 points from seed to seed, which is assumed"))
    let outdated = try report(stability: stability("other")).markdown
    #expect(outdated.contains("with other results than the study has now"))
    #expect(!outdated.contains("trial 0: 24 %"))
  }

  @Test("has what repetitions with other seeds choose, and how probable that is by chance")
  func retrained() throws {
    let retrained = RetrainedChoices(
      seeds: [8, 9, 11], unfinished: [12],
      choices: [
        RetrainedChoices.Choice(
          budget: "macs<=9", trial: 2, key: "k2",
          students: [
            .init(key: "k2", chosen: 2 / 3, trained: 1),
            .init(key: "k7", chosen: 1 / 3, trained: 1),
          ], none: 0, entropyBits: 0.918, chance: 0.156,
          accuracy: .init(split: "test", mean: 0.912, deviation: 0.004),
          runnerUp: .init(
            key: "k0", repetitions: 2, split: "validation", difference: 0.01, low: -0.002,
            high: 0.022, pValue: 0.09, test: "variance_components"))
      ])
    let markdown = try report(retrained: retrained).markdown
    #expect(markdown.contains("The choices repeated") && markdown.contains("seeds 8, 9, 11"))
    #expect(markdown.contains("k7: 33 %") && markdown.contains("0.156"))
    #expect(markdown.contains("91.20 ± 0.40") && markdown.contains("k0, in 2 repetitions"))
    #expect(markdown.contains("at most 1.58 bits") && markdown.contains("not ended: seed 12"))
    #expect(markdown.contains("of so few repetitions are rough"))
    let printed = RetrainedReport(retrained)
    #expect(printed.lines.first == "macs<=9: trial 2")
    let read = try JSONDecoder().decode(RetrainedChoices.self, from: Data(printed.json().utf8))
    #expect(read == retrained)
    let both = try report(stability: stability("other"), retrained: retrained).markdown
    #expect(both.contains("other results than the study has now") && both.contains("k7: 33 %"))
  }

  @Test("is as it was where nobody has asked")
  func unasked() throws {
    let markdown = try report().markdown
    #expect(!markdown.contains("give away") && !markdown.contains("choices repeated"))
  }

  @Test("leaves out repetitions' evidence that differs by a single answer")
  func evidence() throws {
    let study = MadeUpStudy.small
    let definition = try study.definition()
    var state = study.state
    let before = ChoiceStability.evidence(definition, state)
    #expect(before == ChoiceStability.evidence(definition, study.state))
    state.distilled[0].validation = MadeUpStudy.evaluation(0.8902, of: 5000)
    #expect(before != ChoiceStability.evidence(definition, state))
  }
}
