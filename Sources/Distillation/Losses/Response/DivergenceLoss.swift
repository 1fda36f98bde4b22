import FileFormats
import Foundation
import NeuralNetworks

/// `{"kind": "kl"}`: what the recipe's own `distillation_weight` gives, with a weight that may change on the way.
///
///     L = T²·Σ q·(log q − log p),   p = softmax(z/T), q = softmax(t/T)
///     ∂L/∂z = T·(p − q)
///
/// Source: Hinton, Vinyals and Dean, arXiv:1503.02531; standardised logits: Sun et al., arXiv:2403.01734.
public struct DivergenceRule: LossRule, ImageDistance {
  public static let kind = "kl"
  public static let keys = Softening.keys
  public static let reads = LossReads.logits
  public static let summary =
    "T²·KL(softmax(t/T) ‖ softmax(z/T)); Hinton et al., arXiv:1503.02531"

  public var softening = Softening()

  public init() {}
  public init(_ members: JSONMembers) throws(JSONError) { softening = try Softening(members) }
  public var identity: String { softening.identity }

  public func loss(on site: LossSite) -> any TrainingLoss { ImageLoss(distance: self) }

  func evaluate(_ pair: LogitPair) -> Double {
    let temperature = pair.temperature
    var loss = 0.0
    for c in 0..<pair.classes {
      let q = exp(pair.logQ[c])
      loss += temperature * temperature * q * (pair.logQ[c] - pair.logP[c])
      pair.gradient[c] = temperature * (exp(pair.logP[c]) - q)
    }
    return loss
  }
}
