import FileFormats
import Foundation
import NeuralNetworks

/// `{"kind": "confidence_penalty"}`: a student that is sure of its answers pays for it; needs no teacher.
///
///     L = Σ p·log p,   p = softmax(z);   ∂L/∂z = p·(log p − L)
///
/// Source: Pereyra et al., "Regularizing neural networks by penalizing confident output distributions",
/// arXiv:1701.06548.
public struct ConfidencePenaltyRule: LossRule, ImageDistance {
  public static let kind = "confidence_penalty"
  public static let keys: [String] = []
  public static let reads = LossReads.labels
  public static let summary = "Σ p·log p, p = softmax(z); Pereyra et al., arXiv:1701.06548"

  public init() {}
  public init(_ members: JSONMembers) throws(JSONError) {}
  public var identity: String { "" }
  var softening: Softening { Softening(temperature: 1) }

  public func loss(on site: LossSite) -> any TrainingLoss { ImageLoss(distance: self) }

  func evaluate(_ pair: LogitPair) -> Double {
    var loss = 0.0
    for c in 0..<pair.classes { loss += exp(pair.logP[c]) * pair.logP[c] }
    for c in 0..<pair.classes {
      pair.gradient[c] = exp(pair.logP[c]) * (pair.logP[c] - loss)
    }
    return loss
  }
}
