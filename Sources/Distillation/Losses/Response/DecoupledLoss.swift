import FileFormats
import Foundation
import NeuralNetworks

/// `{"kind": "dkd"}`: decoupled distillation, which weighs what the teacher says of the image's class and what it
/// says of the others apart. In `kl` the second part has the weight 1 − q_y, next to nothing where the teacher is sure.
///
///     L = T²·(α·KL((q_y, 1 − q_y) ‖ (p_y, 1 − p_y)) + β·KL(q̂ ‖ p̂))
///     ∂L/∂z_y = T·α·(p_y − q_y)
///     ∂L/∂z_c = T·(−α·(p_y − q_y)·p̂_c + β·(p̂_c − q̂_c)),   c ≠ y
///
/// p = softmax(z/T), q = softmax(t/T), y the image's class, p̂ and q̂ the same over the other classes alone. α is
/// `"target_weight"` (1), β is `"other_weight"` (8). Of two classes the second part is 0. For an image of unknown class
/// y is the teacher's most probable class; of a mixed image the loss is the mixture of those of its two classes.
/// Source: Zhao et al., "Decoupled knowledge distillation", arXiv:2203.08679.
public struct DecoupledRule: LossRule, ImageDistance {
  public static let kind = "dkd"
  public static let keys = ["target_weight", "other_weight"] + Softening.keys
  public static let reads = LossReads.logits
  public static let summary =
    "T²·(α·KL of the image's class against all others + β·KL among the others); Zhao et al., arXiv:2203.08679"

  /// α
  public var targetWeight = 1.0
  /// β
  public var otherWeight = 8.0
  public var softening = Softening()

  public init() {}

  public init(_ members: JSONMembers) throws(JSONError) {
    if let weight = try members["target_weight"]?.number(in: 0...1000) { targetWeight = weight }
    if let weight = try members["other_weight"]?.number(in: 0...1000) { otherWeight = weight }
    softening = try Softening(members)
  }

  public var identity: String { "\(targetWeight),\(otherWeight),\(softening.identity)" }

  public func loss(on site: LossSite) -> any TrainingLoss { ImageLoss(distance: self) }

  func evaluate(_ pair: LogitPair) -> Double {
    for c in 0..<pair.classes { pair.gradient[c] = 0 }
    var loss = 0.0
    for (label, share) in pair.targets {
      loss += share * addPart(of: label < 0 ? pair.likeliest : label, share: share, pair)
    }
    return loss
  }

  /// Adds the gradient, times `share`, for one class, and returns the loss without it.
  private func addPart(of label: Int, share: Double, _ pair: LogitPair) -> Double {
    let temperature = pair.temperature
    let (logP, logQ) = (pair.logP, pair.logQ)
    // log(1 − p_y) and log(1 − q_y), exact however sure the network is.
    let logOtherP = logSumExp(logP, without: label, classes: pair.classes)
    let logOtherQ = logSumExp(logQ, without: label, classes: pair.classes)
    let (p, q) = (exp(logP[label]), exp(logQ[label]))
    let target = q * (logQ[label] - logP[label]) + exp(logOtherQ) * (logOtherQ - logOtherP)
    pair.gradient[label] += share * temperature * targetWeight * (p - q)
    var others = 0.0
    for c in 0..<pair.classes where c != label {
      let (logPHat, logQHat) = (logP[c] - logOtherP, logQ[c] - logOtherQ)
      let (pHat, qHat) = (exp(logPHat), exp(logQHat))
      others += qHat * (logQHat - logPHat)
      pair.gradient[c] +=
        share * temperature * (otherWeight * (pHat - qHat) - targetWeight * (p - q) * pHat)
    }
    return temperature * temperature * (targetWeight * target + otherWeight * others)
  }

  /// log Σ exp x over all classes but one.
  private func logSumExp(_ x: UnsafePointer<Double>, without label: Int, classes: Int) -> Double {
    var largest = -Double.infinity
    for c in 0..<classes where c != label { largest = max(largest, x[c]) }
    var sum = 0.0
    for c in 0..<classes where c != label { sum += exp(x[c] - largest) }
    return largest + log(sum)
  }
}

extension LogitPair {
  /// The teacher's; of equal ones the first.
  fileprivate var likeliest: Int { likeliestClass(logQ, count: classes) }
}
