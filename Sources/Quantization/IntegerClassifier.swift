import DeployedModels
import Distillation
import FileFormats
import Foundation
import IntegerInference

/// A student of integers, as its device answers: the logits are the output's integers times their scale.
public struct IntegerClassifier: ImageClassifier {
  public let model: DeployedModel

  /// Prepares an int8 model.
  ///
  /// - Throws: `DeploymentError` if an operator has no kernel in int8.
  public init(_ model: DeployedModel) throws(DeploymentError) {
    _ = try IntegerPlan(model)
    self.model = model
  }

  /// Of the model's structure, scales and values.
  public var contentHash: String {
    var data = Data("\(model.operators)".utf8)
    for tensor in model.tensors {
      data += Data("\(tensor.name) \(tensor.shape) \(String(describing: tensor.quantization))".utf8)
      switch tensor.values {
      case .int8(let values): values.withUnsafeBytes { data += Data($0) }
      case .int32(let values): values.withUnsafeBytes { data += Data($0) }
      case .float32(let values): values.withUnsafeBytes { data += Data($0) }
      case nil: break
      }
    }
    return ContentHash.hexadecimal(of: data)
  }

  public var classes: Int { model.tensors[model.output].elementCount }

  public func session(capacity: Int) -> any ClassifierSession {
    // The model has been planned before.
    guard let plan = try? IntegerPlan(model, capacity: capacity) else {
      preconditionFailure("a model that could be planned for one image")
    }
    return Session(plan)
  }

  private final class Session: ClassifierSession {
    private let plan: IntegerPlan

    init(_ plan: IntegerPlan) { self.plan = plan }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      plan.input.update(from: images, count: count * plan.imageFloats)
      plan.run(images: count)
      logits.update(
        from: plan.logits, count: count * plan.model.tensors[plan.model.output].elementCount)
    }
  }
}
