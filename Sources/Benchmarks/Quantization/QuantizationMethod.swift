import Quantization

/// A way from a student of floats to one of int8, by name.
package struct QuantizationMethod: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case postTraining(PostTrainingQuantization)
    case aware(AwareRecipe)
  }

  package let name: String
  package let kind: Kind

  package init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }

  /// Every observer, alone and with each correction, and with both.
  package static let postTraining: [QuantizationMethod] = RangeObserverKind.allCases.flatMap {
    observer in
    [(false, false), (true, false), (false, true), (true, true)].map { corrects, equalizes in
      QuantizationMethod(
        name: observer.rawValue + (corrects ? "+bias" : "") + (equalizes ? "+equal" : ""),
        kind: .postTraining(
          PostTrainingQuantization(
            observer: observer, correctsBiases: corrects, equalizesLayers: equalizes)))
    }
  }
}
