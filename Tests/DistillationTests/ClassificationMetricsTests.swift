import Foundation
import Testing

@testable import Distillation

/// Made-up logits that any language computes alike.
private struct MadeUpLogits {
  let labels: [Int]
  let student: [Float]
  let teacher: [Float]

  /// - Parameters:
  ///   - seed: Shifts labels and logits.
  init(count: Int, classes: Int, seed: Int) {
    let labels = (0..<count).map { ($0 * $0 + $0 / 3 + seed) % classes }
    func logits(_ shift: Int) -> [Float] {
      (0..<count).flatMap { i in
        (0..<classes).map { c in
          Float((i * 31 + c * 17 + i * c * 7 + seed + shift) % 23) / 4
            + (c == labels[i] && i % 3 != 0 ? 2 : 0)
        }
      }
    }
    self.labels = labels
    (student, teacher) = (logits(0), logits(2))
  }
}

/// What scikit-learn 1.9 and SciPy say of made-up logits.
struct PeerMetrics: CustomTestStringConvertible {
  var count, classes, seed: Int
  var macroF1, kappa, weightedKappa, matthews, area, calibrationError: Double
  var agreement, divergence: Double
  var wrong, wrongCorrect: Int
  var wrongAgreement, wrongDivergence: Double

  var testDescription: String { "\(count) images of \(classes) classes" }

  // With y the labels, z and t the logits, p = softmax(z, axis=1), q = softmax(t, axis=1), a = z.argmax(1),
  // b = t.argmax(1), d = rel_entr(q, p).sum(1), w = b != y: f1_score(y, a, average="macro"),
  // cohen_kappa_score(y, a), the same with weights="quadratic", labels=range(k), matthews_corrcoef(y, a),
  // the mean of roc_auc_score(y == c, p[:, c]) over the classes of y, the sum over the bins s of
  // np.ceil(p.max(1) * 15) of abs((a == y)[s].mean() - p.max(1)[s].mean()) * s.mean(), (a == b).mean(),
  // d.mean(), w.sum(), (a == y)[w].sum(), (a == b)[w].mean(), d[w].mean()
  static let all = [
    PeerMetrics(
      count: 200, classes: 5, seed: 0, macroF1: 0.40851772510462825, kappa: 0.27563618039808513,
      weightedKappa: 0.1820040899795502, matthews: 0.28046441818580214, area: 0.733103295850461,
      calibrationError: 0.22420381120394475, agreement: 0.635, divergence: 0.4975531538486506,
      wrong: 109, wrongCorrect: 17, wrongAgreement: 0.5412844036697247,
      wrongDivergence: 0.6623633774265221),
    PeerMetrics(
      count: 60, classes: 3, seed: 4, macroF1: 0.5173024807171148, kappa: 0.2759051186017477,
      weightedKappa: 0.3008739076154806, matthews: 0.2767112817102412, area: 0.7568543613176155,
      calibrationError: 0.2557580165898371, agreement: 0.8, divergence: 0.46327317205072455,
      wrong: 30, wrongCorrect: 5, wrongAgreement: 0.7333333333333333,
      wrongDivergence: 0.5368563769499083),
    // Only seven of the ten classes have images; others are predicted all the same.
    PeerMetrics(
      count: 400, classes: 10, seed: 1, macroF1: 0.2615162964611307, kappa: 0.2604301925139729,
      weightedKappa: 0.16144521493215414, matthews: 0.2655363944525371, area: 0.7427244219952797,
      calibrationError: 0.22487266095077726, agreement: 0.6375, divergence: 0.2724401940028977,
      wrong: 251, wrongCorrect: 16, wrongAgreement: 0.5298804780876494,
      wrongDivergence: 0.3435868854217486),
  ]
}

@Suite("the metrics of a classifier")
struct ClassificationMetricsTests {
  @Test("are scikit-learn's", arguments: PeerMetrics.all)
  func peer(expected: PeerMetrics) throws {
    let made = MadeUpLogits(count: expected.count, classes: expected.classes, seed: expected.seed)
    let metrics = ClassificationMetrics(
      logits: made.student, labels: made.labels, classes: expected.classes, teacher: made.teacher)
    let confusion = metrics.confusion
    let teacher = try #require(metrics.teacher)
    let wrong = try #require(teacher.wrong)
    for (name, found, value) in [
      ("macro F1", confusion.macroF1, expected.macroF1),
      ("kappa", try #require(confusion.kappa), expected.kappa),
      ("weighted kappa", try #require(confusion.weightedKappa), expected.weightedKappa),
      ("Matthews", confusion.matthews, expected.matthews),
      ("area", try #require(metrics.areaUnderCurve), expected.area),
      ("calibration", metrics.calibrationError, expected.calibrationError),
      ("agreement", teacher.agreement, expected.agreement),
      ("divergence", teacher.divergence, expected.divergence),
      ("agreement where wrong", wrong.agreement, expected.wrongAgreement),
      ("divergence where wrong", wrong.divergence, expected.wrongDivergence),
    ] {
      #expect(abs(found - value) < 1e-12, "\(name): \(found), not \(value)")
    }
    #expect((wrong.count, wrong.correct) == (expected.wrong, expected.wrongCorrect))
  }

  @Test("of a perfect student are perfect")
  func perfect() {
    let labels = [0, 1, 2, 2, 1, 0]
    let logits = labels.flatMap { label in (0..<3).map { Float($0 == label ? 40 : 0) } }
    let metrics = ClassificationMetrics(
      logits: logits, labels: labels, classes: 3, teacher: logits)
    #expect(metrics.confusion.macroF1 == 1 && metrics.confusion.kappa == 1)
    #expect(metrics.confusion.weightedKappa == 1 && metrics.areaUnderCurve == 1)
    #expect(abs(metrics.confusion.matthews - 1) < 1e-15 && metrics.calibrationError < 1e-12)
    #expect(metrics.teacher == TeacherComparison(agreement: 1, divergence: 0, wrong: nil))
  }

  @Test("of constant answers are those of chance")
  func constant() throws {
    let labels = [0, 1, 2, 0]
    let logits = (0..<12).map { Float($0 % 3 == 0 ? 1 : 0) }
    let metrics = ClassificationMetrics(logits: logits, labels: labels, classes: 3, teacher: nil)
    #expect(metrics.confusion.kappa == 0 && metrics.confusion.matthews == 0)
    #expect(metrics.areaUnderCurve == 0.5)
    // F1 of the only class that is named: 2·2 / (2 + 4).
    #expect(abs(metrics.confusion.macroF1 - 2.0 / 9) < 1e-15)
    #expect(metrics.teacher == nil)
    let classes = metrics.confusion.classes
    let (recall, precision): ([Double?], [Double?]) = ([1, 0, 0], [0.5, nil, nil])
    #expect(classes.map(\.recall) == recall && classes.map(\.precision) == precision)
  }

  @Test("where all is of one class, are nil where they are undefined")
  func oneClass() throws {
    let metrics = ClassificationMetrics(
      logits: [3, 0, 3, 0], labels: [0, 0], classes: 2, teacher: nil)
    #expect(metrics.confusion.kappa == nil && metrics.confusion.weightedKappa == nil)
    #expect(metrics.confusion.matthews == 0 && metrics.confusion.macroF1 == 1)
    #expect(metrics.areaUnderCurve == nil)
    let confidence = 1 / (1 + exp(-3.0))
    #expect(abs(metrics.calibrationError - (1 - confidence)) < 1e-12)
  }

  @Test("never write a number that JSON does not have")
  func extremes() throws {
    // Probabilities that underflow, and a teacher that is beyond all bounds.
    let logits: [Float] = [3e38, -3e38, 0, -3e38, 3e38, 0]
    for teacher: [Float]? in [nil, [-3e38, 3e38, 0, 0, 0, 0], [.infinity, 0, 0, 0, .nan, 0]] {
      let metrics = ClassificationMetrics(
        logits: logits, labels: [0, 1], classes: 3, teacher: teacher)
      let data = try JSONEncoder().encode(metrics)
      #expect(try JSONDecoder().decode(ClassificationMetrics.self, from: data) == metrics)
    }
  }
}

@Suite("the area under a characteristic")
struct AreaUnderCharacteristicTests {
  @Test("counts a tie half")
  func ties() {
    // Pairs of a positive and a negative: 2 > 1, 2 = 2, 1 = 1, 1 < 2; so 1 + ½ + ½ + 0 of 4.
    let area = areaUnderCharacteristic(
      scores: [2, 1, 1, 2], isPositive: [true, true, false, false])
    #expect(area == 0.5)
    #expect(
      areaUnderCharacteristic(scores: [3, 1, 1, 2], isPositive: [true, true, false, false]) == 0.625
    )
  }

  @Test("is what counting all pairs gives")
  func pairs() throws {
    let scores = (0..<60).map { Double($0 * $0 * 7 % 23) }
    let isPositive = (0..<60).map { $0 * 5 % 7 < 3 }
    var (wins, count) = (0.0, 0)
    for a in 0..<60 where isPositive[a] {
      for b in 0..<60 where !isPositive[b] {
        wins += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0
        count += 1
      }
    }
    let area = try #require(areaUnderCharacteristic(scores: scores, isPositive: isPositive))
    #expect(abs(area - wins / Double(count)) < 1e-15)
  }

  @Test("is nothing where there is nothing to tell apart", arguments: [true, false])
  func oneKind(isPositive: Bool) {
    #expect(areaUnderCharacteristic(scores: [1, 2], isPositive: [isPositive, isPositive]) == nil)
  }
}
