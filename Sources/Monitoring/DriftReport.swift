import Comparisons
import RandomStreams
import Statistics

/// Whether a student's images and answers are still like those of its reference, with the evidence.
public struct DriftReport: Hashable, Sendable {
  public let reference: MonitoredSample
  public let batch: MonitoredSample
  /// One for each statistic that both have, in the order: pixels, predictions, features, teacher, labels.
  public let findings: [DriftFinding]
  /// What of the batch is far outside of everything in the reference; too few images for a test, or all of them.
  public let outliers: [Outliers]
  public let rule: DriftRule

  /// The worst of the findings' verdicts.
  public var verdict: DriftVerdict { findings.map(\.verdict).max() ?? .unchanged }

  /// Compares a batch with a reference.
  ///
  /// Measures are compared by the test of Kolmogorov and Smirnov, predicted classes together by chi-square and the class
  /// that has changed most by Fisher's exact test, features by the energy distance, and the shares of answers that agree
  /// with the teacher or are right by Fisher's. All p-values are corrected together (Holm).
  ///
  /// - Parameter classNames: In the order of the logits; nil where they have none.
  /// - Precondition: Both are of the same measures and classes.
  public init(
    _ batch: MonitoredSample, reference: MonitoredSample, classNames: [String]? = nil,
    rule: DriftRule = DriftRule()
  ) {
    precondition(batch.measures == reference.measures, "the same measures")
    var findings = batch.measures.indices.map { index in
      DriftFinding(
        batch.measures[index], reference.values[index].map(Double.init),
        batch.values[index].map(Double.init))
    }
    findings += DriftFinding.classes(
      reference.predicted, batch.predicted, names: classNames)
    if let before = reference.features, let after = batch.features,
      before.dimensions == after.dimensions
    {
      // So many that the smallest p-value is small enough after the correction, too.
      let permutations = Int(1.2 * Double(findings.count + 3) / rule.driftLevel)
      findings.append(DriftFinding(features: before, after, permutations: permutations))
    }
    for (name, meaning, before, after) in [
      (
        "teacher_agreement", "share of images that student and teacher call the same",
        reference.agreement, batch.agreement
      ),
      (
        "accuracy", "share of images that the student is right about", reference.accuracy,
        batch.accuracy
      ),
    ] {
      if let before, let after {
        findings.append(DriftFinding(share: name, meaning, before, after))
      }
    }
    for (index, corrected) in holmCorrected(findings.map(\.pValue)).enumerated() {
      findings[index].corrected = corrected
      guard !(findings[index].onlyFalls && findings[index].hasRisen) else { continue }
      findings[index].verdict = rule.verdict(
        findings[index].sizeAboveChance, findings[index].kind, corrected: corrected)
    }
    (self.batch, self.reference, self.findings, self.rule) = (batch, reference, findings, rule)
    outliers = batch.measures.indices.compactMap { index in
      Outliers(batch.measures[index], reference.values[index], batch.values[index])
    }
  }
}

extension DriftFinding {
  /// Compares the values of a measure, both ascending.
  init(_ measure: Measure, _ before: [Double], _ after: [Double]) {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let test = KolmogorovSmirnov(before, after)
    self.init(
      measure.name, measure.meaning, test: "Kolmogorov-Smirnov", before: mean(before),
      after: mean(after), kind: .distance, size: test.distance, pValue: test.pValue)
    stabilityIndex = PopulationStability.index(ascending: before, after)
  }

  /// Compares how many images are taken for each class: all classes together, and the one that has changed most.
  static func classes(_ before: [Int], _ after: [Int], names: [String]?) -> [DriftFinding] {
    let (n, m) = (before.reduce(0, +), after.reduce(0, +))
    let test = ChiSquareTest(before, after)
    let index = PopulationStability.index(before, after)
    var all = DriftFinding(
      "predicted_classes", "shares of the predicted classes", test: "chi-square", before: nil,
      after: nil, kind: .stability, size: index, pValue: test.pValue)
    all.stabilityIndex = index
    all.chance = Double(before.count - 1) * (1 / Double(n) + 1 / Double(m))
    let pValues = before.indices.map {
      HypergeometricTest.pValue(before[$0], of: n, after[$0], of: m)
    }
    let label = pValues.indices.min { pValues[$0] < pValues[$1] } ?? 0
    let name = names.flatMap { label < $0.count ? $0[label] : nil } ?? "class \(label)"
    let shares = (Double(before[label]) / Double(n), Double(after[label]) / Double(m))
    let one = DriftFinding(
      "class_share", "share of the class that has changed most, \(name)",
      test: "Fisher, times \(before.count) classes", before: shares.0, after: shares.1,
      kind: .share, size: abs(shares.1 - shares.0),
      pValue: min(1, pValues[label] * Double(before.count)))
    return [all, one]
  }

  /// Compares features, each in units of its deviation in the reference.
  init(
    features before: MonitoredSample.Features, _ after: MonitoredSample.Features, permutations: Int
  ) {
    let dimensions = before.dimensions
    func column(_ place: Int) -> [Double] {
      stride(from: place, to: before.values.count, by: dimensions).map { Double(before.values[$0]) }
    }
    var deviations = (0..<dimensions).map { place in
      let values = column(place)
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / Double(values.count)).squareRoot()
    }
    // One that hardly ever changes must not outweigh all others once it does.
    let least = 0.1 * deviations.reduce(0, +) / Double(dimensions)
    deviations = deviations.map { $0 > least ? $0 : max(least, 1e-12) }
    func scaled(_ values: [Float]) -> [Double] {
      values.indices.map { Double(values[$0]) / deviations[$0 % dimensions] }
    }
    let test = EnergyTest(
      scaled(before.values), scaled(after.values), dimensions: dimensions,
      stream: RandomStream(seed: 0, purpose: "permutations of features", after.rows),
      mostPermutations: permutations)
    self.init(
      "features", "what the student's last layer sees, \(dimensions) numbers an image",
      test: "energy distance, \(test.permutations) permutations", before: nil, after: nil,
      kind: .energy, size: test.coefficient, pValue: test.pValue)
    chance = 0.5 * (1 / Double(before.rows) + 1 / Double(after.rows))
  }

  /// Compares a share that is the better the larger it is.
  init(
    share name: String, _ meaning: String, _ before: MonitoredSample.Share,
    _ after: MonitoredSample.Share
  ) {
    self.init(
      name, meaning, test: "Fisher", before: before.value, after: after.value, kind: .share,
      size: abs(after.value - before.value),
      pValue: HypergeometricTest.pValue(
        before.count, of: before.total, after.count, of: after.total)
    )
    onlyFalls = true
  }
}
