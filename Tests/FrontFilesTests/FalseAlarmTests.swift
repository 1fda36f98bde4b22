import Comparisons
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FrontFiles

/// Whether a check against a baseline raises false alarms, and misses real losses, on answers as the two shipped
/// studies gave them (`Results/fashion-mnist-seed-1` and `-2`, which differ by their seed alone).
///
/// `AnswerModel` turns these answers into what further trainings would answer, so that a pair of studies may differ
/// by its seeds alone, or by a loss that is known.
@Suite("a check against a baseline, on the answers of two shipped studies")
struct FalseAlarmTests {
  /// What `check STUDY --against BASELINE --no-worse 'test_accuracy@latency_ms<=0.5' --confidence 0.95` asks; all
  /// eight students of either study keep the budget.
  private static func isMet(_ before: FrontFile, _ after: FrontFile) throws -> Bool {
    try check(before, after).isMet
  }

  private static func check(_ before: FrontFile, _ after: FrontFile) throws -> FrontCheck {
    try FrontCheck(
      after, against: before,
      FrontCheck.Demands(
        comparisons: [try NoWorse("test_accuracy@latency_ms<=0.5")], confidence: 0.95))
  }

  /// Made once for all tests.
  private static let made = Result { try [1, 2].map(AnswerModel.init) }

  private static func models() throws -> [AnswerModel] { try made.get() }

  @Test("gives no false alarm of one shipped study against the other, either way")
  func shipped() throws {
    let files = try [1, 2].map(AnswerModel.file)
    #expect(try Self.isMet(files[0], files[1]) && Self.isMet(files[1], files[0]))
  }

  @Test("is made of answers that differ between trainings as those of the shipped studies do")
  func model() throws {
    var random = RandomStream(seed: 3, purpose: "answer model")
    for model in try Self.models() {
      let (first, second) = (model.study("a", &random), model.study("b", &random))
      var discordance = 0.0
      for (place, student) in model.students.enumerated() {
        let drawn = try #require(first.students[place].test)
        let known = try #require(student.test)
        #expect(abs(drawn.mean - known.mean) < 0.012, "\(drawn.mean), \(known.mean)")
        // Two trainings of one student differ on about as many images as two students of a study do.
        let other = try #require(second.students[place].test)
        discordance += Self.discordance(drawn, other) / Double(model.students.count)
      }
      #expect(abs(discordance - model.discordance) < 0.006, "\(discordance), \(model.discordance)")
    }
  }

  /// The share of images on which two trainings are not both right or both wrong.
  static func discordance(_ a: MeasuredAccuracy, _ b: MeasuredAccuracy) -> Double {
    let pair = PairedProportions(a.answers[0], b.answers[0])
    return Double(pair.firstAlone + pair.secondAlone) / Double(pair.count)
  }

  /// With three seeds accuracies are known so well that students are told apart on the test split which the validation
  /// split cannot tell apart: where two studies choose different ones of them, the answer did become worse, by luck.
  @Test(
    "gives a false alarm in at most 5 % of the pairs that differ by their seeds alone, and hardly any where both chose one student",
    arguments: Thoroughness.pick([1, 3], usually: [1]))
  func falseAlarms(seeds: Int) throws {
    var random = RandomStream(seed: 1, purpose: "false alarms", seeds)
    var (alarms, alarmsOfOneStudent, count) = (0, 0, 0)
    for model in try Self.models() {
      for _ in 0..<Thoroughness.pick(500, usually: 150) {
        let before = model.study("before", seeds: seeds, &random)
        let after = model.study("after", seeds: seeds, &random)
        let check = try Self.check(before, after)
        count += 1
        guard !check.isMet else { continue }
        alarms += 1
        let students = check.comparisons.map { ($0.before?.key, $0.after?.key) }
        if students.allSatisfy({ $0 == $1 }) { alarmsOfOneStudent += 1 }
      }
    }
    let most = seeds == 1 ? 0.05 : 0.12
    #expect(Double(alarms) <= most * Double(count), "\(alarms) of \(count)")
    #expect(alarmsOfOneStudent <= count / 100, "\(alarmsOfOneStudent) of \(count)")
  }

  @Test(
    "finds a loss of 1 point on 10,000 images in at least 90 % of the pairs, with three seeds 95 %",
    arguments: Thoroughness.pick([1, 3], usually: [1]))
  func power(seeds: Int) throws {
    var random = RandomStream(seed: 2, purpose: "power", seeds)
    var (found, count) = (0, 0)
    for model in try Self.models() {
      let worse = model.losing(0.01)
      for _ in 0..<Thoroughness.pick(500, usually: 80) {
        let before = model.study("before", seeds: seeds, &random)
        let after = worse.study("after", seeds: seeds, &random)
        if try !Self.isMet(before, after) { found += 1 }
        count += 1
      }
    }
    #expect(Double(found) >= (seeds == 1 ? 0.9 : 0.95) * Double(count), "\(found) of \(count)")
  }
}
