import Foundation

/// What the members of an ensemble say together of an image, by its rule.
///
///     z(k) = log Σ w(m) · p(m, k)    of probabilities,    z(k) = Σ w(m) · log p(m, k)    of logits
///
/// The weights w(m) of an image are those of `EnsembleRule.Weighting`, divided by their sum.
struct EnsembleMean: Sendable {
  private let weights: [Double]
  private let classes: Int
  private let rule: EnsembleRule
  /// Of each member how often it is right where it names a class, `[members][classes]`; empty unless the rule needs it.
  private let competence: [[Double]]

  /// - Parameter weights: Their sum is 1.
  init(
    _ weights: [Double], classes: Int, rule: EnsembleRule = .defaults, competence: [[Double]] = []
  ) {
    precondition(
      rule.weighting != .competence || competence.count == weights.count,
      "each member has a competence")
    (self.weights, self.classes) = (weights, classes)
    (self.rule, self.competence) = (rule, competence)
  }

  /// What is added to the weight of a member that knows nothing, so that some weight is left where none of them does.
  private static let leastConfidence = 1e-3

  /// Writes the logits of one image.
  ///
  /// - Parameter rows: Of each member its logits, `[classes]`.
  func write<Row: RandomAccessCollection<Float>>(
    _ rows: [Row], into output: (_ class: Int, _ logit: Float) -> Void
  ) {
    if rule == .defaults {
      return ProbabilityMean(weights, classes: classes).write(rows, into: output)
    }
    var logs: [[Double]] = []
    for row in rows { logs.append(EnsembleMean.logProbabilities(Array(row))) }
    let shares = shares(logs)
    switch rule.average {
    case .probabilities: ProbabilityMean(shares, classes: classes).write(rows, into: output)
    case .logits:
      for k in 0..<classes {
        output(k, Float(zip(shares, logs).reduce(0) { $0 + $1.0 * $1.1[k] }))
      }
    }
  }

  /// Returns the weights of the members for an image; their sum is 1.
  private func shares(_ logs: [[Double]]) -> [Double] {
    let all = logs.indices.map { member in
      let own = logs[member]
      switch rule.weighting {
      case .fixed: return weights[member]
      case .confidence:
        let entropy = own.reduce(0) { $0 - ($1 > -700 ? exp($1) * $1 : 0) }
        let confidence = max(0, 1 - entropy / log(Double(max(2, classes))))
        return weights[member] * (confidence + EnsembleMean.leastConfidence)
      case .competence:
        let named = own.indices.max { own[$0] < own[$1] } ?? 0
        return weights[member] * competence[member][named]
      }
    }
    let sum = all.reduce(0, +)
    return all.map { $0 / sum }
  }

  private static func logProbabilities(_ row: [Float]) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let logSum = log(row.reduce(0) { $0 + exp(Double($1) - largest) })
    return row.map { Double($0) - largest - logSum }
  }

  /// Returns how often a member is right where it names a class: (right + 1)/(named + K) for each of K classes.
  ///
  /// - Parameters:
  ///   - answers: Its logits, `[count, classes]`.
  ///   - labels: `[count]`
  static func competence(answers: [Float], labels: [Int], classes: Int) -> [Double] {
    var (right, named) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
    for (image, label) in labels.enumerated() {
      let row = answers[image * classes..<(image + 1) * classes]
      let largest = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
      let answer = largest - row.startIndex
      named[answer] += 1
      if answer == label { right[answer] += 1 }
    }
    return zip(right, named).map { Double($0 + 1) / Double($1 + classes) }
  }
}

extension EnsembleMean: CustomStringConvertible {
  /// Everything that it depends on; of a list's rule as it always was, since checkpoints are kept by it.
  var description: String {
    let base = "\(ProbabilityMean(weights, classes: classes))"
    return rule == .defaults ? base : "\(base)\(rule.identity)\(competence)"
  }
}
