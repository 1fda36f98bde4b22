import Comparisons
import Foundation
import RandomStreams

@testable import FrontFiles

/// What further trainings of a shipped study's students would answer.
///
/// The share of all students of both studies that are right about an image gives how hard it is: its logit. For each
/// student the logits are moved so that its own accuracy comes out, and for all of them stretched so that two
/// trainings differ on as many images as two students of the study do, which is rather too many. A training then is right about each
/// image by itself with that probability. `Results/benchmarks/scripts/false-alarms` does the same through the command.
struct AnswerModel {
  let students: [FrontStudent]
  /// The mean share of images on which two students of the study differ.
  let discordance: Double
  private let file: FrontFile
  /// For each student and split the probability of a right answer to each image, as whole numbers of 2⁻³².
  private let chances: [[FrontSplit: [UInt32]]]
  private let exponents: [FrontSplit: [Double]]
  private let loss: Double

  private static var results: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Results")
  }

  static func file(_ seed: Int) throws -> FrontFile {
    try FrontFile(contentsOf: results.appending(path: "fashion-mnist-seed-\(seed)").path)
  }

  init(_ seed: Int) throws {
    let files = try [1, 2].map(AnswerModel.file)
    let file = files[seed - 1]
    let firsts = file.students.compactMap { $0.test?.answers.first }
    var (sum, pairs) = (0.0, 0)
    for (index, a) in firsts.enumerated() {
      for b in firsts[..<index] {
        sum += Double(a.rightAlone(against: b) + b.rightAlone(against: a)) / Double(a.count)
        pairs += 1
      }
    }
    let discordance = sum / Double(pairs)
    var exponents: [FrontSplit: [Double]] = [:]
    for split in FrontSplit.allCases {
      let known = files.flatMap(\.students).compactMap { $0.accuracy(on: split) }
      let plain = AnswerModel.logits(known.flatMap(\.answers))
      let accuracy = known.reduce(0) { $0 + $1.mean } / Double(known.count)
      exponents[split] = AnswerModel.stretched(plain, accuracy, to: discordance)
    }
    self.init(file, exponents, discordance, loss: 0)
  }

  private init(
    _ file: FrontFile, _ exponents: [FrontSplit: [Double]], _ discordance: Double, loss: Double
  ) {
    (self.file, self.exponents, self.discordance, self.loss) = (file, exponents, discordance, loss)
    students = file.students
    chances = file.students.map { student in
      exponents.reduce(into: [:]) { chances, entry in
        guard let accuracy = student.accuracy(on: entry.key) else { return }
        let shift = AnswerModel.shift(entry.value, to: accuracy.mean - loss)
        chances[entry.key] = entry.value.map { UInt32(0x1p32 * logistic($0 + shift)) }
      }
    }
  }

  /// The same students, each less accurate by so much.
  func losing(_ loss: Double) -> AnswerModel {
    AnswerModel(file, exponents, discordance, loss: loss)
  }

  /// Draws a study: every student trained with so many other seeds.
  func study(_ name: String, seeds: Int = 1, _ random: inout RandomStream) -> FrontFile {
    var study = file
    (study.subject, study.name) = (name, name)
    for (index, chances) in chances.enumerated() {
      func accuracy(_ split: FrontSplit) -> MeasuredAccuracy? {
        chances[split].map { chances in
          MeasuredAccuracy((0..<seeds).map { _ in AnswerModel.answers(chances, &random) })
        }
      }
      if let validation = accuracy(.validation) { study.students[index].validation = validation }
      study.students[index].test = accuracy(.test)
    }
    return study
  }

  private static func answers(_ chances: [UInt32], _ random: inout RandomStream) -> Answers {
    var (bytes, draws) = ([UInt8](repeating: 0, count: (chances.count + 7) / 8), UInt64(0))
    for (image, chance) in chances.enumerated() {
      draws = image % 2 == 0 ? random.next() : draws >> 32
      if UInt32(truncatingIfNeeded: draws) < chance { bytes[image / 8] |= 1 << (image % 8) }
    }
    guard let answers = Answers(count: chances.count, bytes: bytes) else {
      preconditionFailure("no image")
    }
    return answers
  }

  /// For each image the logit of the share of the answers that are right, half an answer added to either side.
  private static func logits(_ answers: [Answers]) -> [Double] {
    (0..<(answers.first?.count ?? 0)).map { image in
      let right = Double(answers.count { $0[image] })
      return log((right + 0.5) / (Double(answers.count) - right + 0.5))
    }
  }

  /// Returns the logits times a factor with which two trainings differ on a share of the images, by bisection.
  private static func stretched(
    _ plain: [Double], _ accuracy: Double, to discordance: Double
  ) -> [Double] {
    var (low, high) = (0.1, 10.0)
    for _ in 0..<16 {
      let middle = (low + high) / 2
      let exponents = plain.map { middle * $0 }
      let shift = shift(exponents, to: accuracy)
      let mean =
        exponents.reduce(0) { sum, exponent in
          let chance = logistic(exponent + shift)
          return sum + 2 * chance * (1 - chance)
        } / Double(plain.count)
      if mean > discordance { low = middle } else { high = middle }
    }
    return plain.map { low * $0 }
  }

  /// Returns what has to be added to logits so that their mean probability is an accuracy, by Newton's method, which
  /// converges from anywhere near the logit of the accuracy.
  private static func shift(_ exponents: [Double], to accuracy: Double) -> Double {
    var shift = 0.0
    for _ in 0..<30 {
      var (sum, slope) = (0.0, 0.0)
      for exponent in exponents {
        let chance = logistic(exponent + shift)
        sum += chance
        slope += chance * (1 - chance)
      }
      let step = (accuracy * Double(exponents.count) - sum) / max(slope, 1)
      shift += min(2, max(-2, step))
      if abs(step) < 1e-6 { break }
    }
    return shift
  }
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
