import Datasets
import NeuralNetworks

extension Recipe {
  /// Everything that the recipe says, on one line: equal texts are equal trainings.
  ///
  /// Caches and checkpoints are keyed by its hash.
  public var identity: String { line(identityParts(stages: stages.map(\.identity))) }

  /// The recipe for people: as `identity`, but of stages only what they may change.
  public var summary: String { line(identityParts(stages: stages.map(\.summary))) }

  private func line(_ parts: [(name: String, value: String)]) -> String {
    parts.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }

  /// What makes the identity, in its order.
  ///
  /// - Parameter stages: What stands for each stage.
  func identityParts(stages: [String]) -> [(name: String, value: String)] {
    let optimizerText =
      switch optimizer {
      case .sgd(let momentum, let nesterov): "sgd(\(momentum),\(nesterov))"
      case .adamW(let beta1, let beta2, let epsilon): "adamw(\(beta1),\(beta2),\(epsilon))"
      }
    var parts: [(name: String, value: String)] = [
      ("epochs", "\(epochs)"), ("batch", "\(batch)"), ("slices", "\(slices)"),
      ("optimizer", optimizerText), ("decay", "\(weightDecay)"),
      ("clip", clipNorm.map { "\($0)" } ?? "none"),
      (
        "schedule",
        "\(schedule.shape.rawValue)(\(schedule.peakRate),\(schedule.warmupShare),\(schedule.finalShare))"
      ),
      ("loss", "\(loss.distillation),\(loss.temperature),\(loss.labelSmoothing)"),
      (
        "augmentation",
        "\(augmentation.shiftPixels),\(augmentation.flip),\(augmentation.cutoutPixels)"
      ),
      ("view", teacherView == .stored ? "stored(\(storedViews))" : teacherView.rawValue),
    ]
    // What came later is named where it is used, so that recipes without it keep their identities.
    if !losses.isEmpty {
      parts.append(("losses", "[" + losses.map(\.identity).joined(separator: "; ") + "]"))
    }
    parts += teachingIdentity
    if !stages.isEmpty {
      parts.append(("stages", "[" + stages.joined(separator: "; ") + "]"))
    }
    parts += mixIdentity
    parts += labeledShareIdentity
    return parts
  }
}
