import FileFormats
import Foundation
import NeuralNetworks

/// `{"kind": "jensen_shannon"}`: a divergence that is bounded and the same from either side, so that a class that
/// the student misses costs no more than one that it invents.
///
///     L = T²·½·(KL(q ‖ m) + KL(p ‖ m)),   m = (p + q)/2, p = softmax(z/T), q = softmax(t/T)
///     ∂L/∂z = T/2·p·(log(p/m) − KL(p ‖ m))
///
/// At most T²·log 2; where student and teacher nearly agree it is a quarter of `kl`. Source: Lin, "Divergence measures
/// based on the Shannon entropy", doi:10.1109/18.61115; in distillation Wen et al., arXiv:2307.15190.
public struct JensenShannonRule: LossRule, ImageDistance {
  public static let kind = "jensen_shannon"
  public static let keys = Softening.keys
  public static let reads = LossReads.logits
  public static let summary =
    "T²·½·(KL(q ‖ m) + KL(p ‖ m)), m the mean of p and q; Lin, doi:10.1109/18.61115"

  public var softening = Softening()

  public init() {}
  public init(_ members: JSONMembers) throws(JSONError) { softening = try Softening(members) }
  public var identity: String { softening.identity }

  public func loss(on site: LossSite) -> any TrainingLoss { ImageLoss(distance: self) }

  func evaluate(_ pair: LogitPair) -> Double {
    let temperature = pair.temperature
    var (teacherPart, studentPart) = (0.0, 0.0)
    for c in 0..<pair.classes {
      let (logP, logQ) = (pair.logP[c], pair.logQ[c])
      // log((p + q)/2); one of the two powers is 1, the other at most.
      let logM = max(logP, logQ) + log1p(exp(-abs(logP - logQ))) - log(2.0)
      teacherPart += exp(logQ) * (logQ - logM)
      studentPart += exp(logP) * (logP - logM)
      pair.gradient[c] = logP - logM
    }
    for c in 0..<pair.classes {
      pair.gradient[c] = temperature / 2 * exp(pair.logP[c]) * (pair.gradient[c] - studentPart)
    }
    return temperature * temperature * (teacherPart + studentPart) / 2
  }
}
