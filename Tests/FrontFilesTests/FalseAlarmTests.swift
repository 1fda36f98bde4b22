import Comparisons
import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FrontFiles

/// Studies of students whose right answers are drawn image by image.
///
/// Image i has the difficulty zᵢ, standard normal, and a network of skill s is right about it with the probability
/// 1 / (1 + exp(−(s + 5·zᵢ + 0.5·eᵢ))), e being what is particular to the network. With s = 7.5 it is right about 92 % and
/// two trainings differ on 5.6 % of the images, as trainings on Fashion-MNIST do. A training adds to s a
/// normal effect, 0.03 wide: a tenth of a point.
private struct SimulatedQuestion {
  let images: Int
  /// For each student and image the exponent without the skill's loss.
  private let exponents: [[Double]]
  private let skills = [7.5, 7.45, 7.3, 7.2, 7.0, 6.8]

  init(images: Int, random: inout RandomStream) {
    self.images = images
    let difficulty = (0..<images).map { _ in 5 * random.normal() }
    exponents = skills.map { skill in
      difficulty.map { skill + $0 + 0.5 * random.normal() }
    }
  }

  /// One study: each student trained `runs` times, those of `loss` less skilled.
  func file(
    _ name: String, runs: Int = 1, loss: Double = 0, _ random: inout RandomStream
  ) -> FrontFile {
    let students = exponents.enumerated().map { index, exponents in
      let answers = (0..<runs).map { _ in
        let effect = 0.03 * random.normal() - loss
        return Answers(
          exponents.map { random.uniform() * (1 + exp(-($0 + effect))) < 1 })
      }
      return FrontStudent(
        key: "k\(index)", trial: index, isOnFront: true, isBroken: false, architecture: nil,
        validation: MeasuredAccuracy(answers), test: nil, numbers: ["latency_ms": 1])
    }
    let split = FrontFile.Split(count: images, hash: "v")
    return FrontFile(
      path: name, subject: name, name: name, seed: nil, isComplete: true, version: nil,
      processor: nil, precision: nil, hashes: [:], minimized: ["latency_ms"], confidence: 0.9,
      limits: [], budgets: [], hardware: [], hasMeasuredFront: false, validation: split, test: nil,
      trialCount: nil, teacherValidation: nil, teacherTest: nil, students: students)
  }
}

@Suite("a check against a baseline")
struct FalseAlarmTests {
  private func isMet(_ before: FrontFile, _ after: FrontFile) throws -> Bool {
    try FrontCheck(
      after, against: before,
      FrontCheck.Demands(comparisons: [try NoWorse("accuracy@latency_ms<=2")])
    ).isMet
  }

  @Test(
    "gives a false alarm in at most 5 % of 1,000 pairs of studies that differ by seed alone",
    arguments: Thoroughness.pick([(5000, 1), (10_000, 1), (2000, 3)], usually: [(5000, 1)]))
  func falseAlarms(images: Int, runs: Int) throws {
    var random = RandomStream(seed: 1, purpose: "false alarms", images)
    var alarms = 0
    for _ in 0..<20 {
      // Other images and networks every fifty pairs.
      let question = SimulatedQuestion(images: images, random: &random)
      for _ in 0..<50 {
        let before = question.file("before", runs: runs, &random)
        let after = question.file("after", runs: runs, &random)
        if try !isMet(before, after) { alarms += 1 }
      }
    }
    #expect(alarms <= 50, "\(alarms) of 1000")
  }

  @Test(
    "finds a loss of 1 point on 10,000 images in at least 95 % of 300 pairs", arguments: [1, 2])
  func power(runs: Int) throws {
    var random = RandomStream(seed: 2, purpose: "power", runs)
    var found = 0
    for _ in 0..<15 {
      let question = SimulatedQuestion(images: 10_000, random: &random)
      for _ in 0..<20 {
        let before = question.file("before", runs: runs, &random)
        // 0.34 is what a point is worth at 92 %.
        let after = question.file("after", runs: runs, loss: 0.34, &random)
        if try !isMet(before, after) { found += 1 }
      }
    }
    #expect(found >= 285, "\(found) of 300")
  }
}
