import NeuralNetworks

/// A classifier whose inner outputs can be read as well: a network of our own.
public protocol FeatureClassifier: ImageClassifier {
  var network: Network { get }
  /// Returns what answers up to `capacity` images at once, for one thread at a time.
  ///
  /// - Parameter features: Nodes whose outputs can be read after an answer.
  func session(capacity: Int, features: [Int]) -> any FeatureSession
}

/// A classifier at work that keeps inner outputs.
public protocol FeatureSession: ClassifierSession {
  /// The output of a node for the images of the last answer, `[count, H, W, C]`.
  func feature(_ node: Int) -> UnsafePointer<Float>
}

extension FeatureClassifier {
  public func session(capacity: Int) -> any ClassifierSession {
    session(capacity: capacity, features: [])
  }
}

extension TrainedModel: FeatureClassifier {
  public var classes: Int { network.outputShape.channels }

  public func session(capacity: Int, features: [Int]) -> any FeatureSession {
    NetworkSession(inferencePlan(capacity: capacity, features: features))
  }
}

/// A network that answers images as they are.
private final class NetworkSession: FeatureSession {
  private let plan: FloatInferencePlan

  init(_ plan: FloatInferencePlan) { self.plan = plan }

  func answer(
    _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
  ) {
    let network = plan.network
    plan.input.update(from: images, count: count * network.inputShape.elementCount)
    plan.run(images: count)
    logits.update(from: plan.logits, count: count * network.outputShape.channels)
  }

  func feature(_ node: Int) -> UnsafePointer<Float> { plan.feature(node) }
}
