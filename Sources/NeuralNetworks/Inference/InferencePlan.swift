/// A model ready to classify on this machine: what an engine makes of a trained network, or of a model of integers.
///
/// Every conformance copies the trained values when it is made, and does as little as it can in `run`: it is
/// `run` that `InferenceTimer` measures. One thread runs a plan. An image's logits do not depend on which
/// other images are in its batch, nor on what ran before.
public protocol InferencePlan: AnyObject {
  /// What the engine stores weights and activations as; images and logits are fp32 for all.
  static var precision: Precision { get }

  /// The most images in one run.
  var capacity: Int { get }
  /// The values of one image.
  var imageFloats: Int { get }
  /// Where the images go before `run`, `[images, H, W, C]`.
  var input: UnsafeMutablePointer<Float> { get }
  /// The logits after `run`, `[images, classes]`; probabilities of a model that ends with a softmax.
  var logits: UnsafePointer<Float> { get }

  /// Computes the logits of the first `images` images of `input`, at most `capacity`.
  func run(images: Int)
}

/// What an engine makes of a network as it was trained.
public protocol NetworkPlan: InferencePlan {
  /// Plans a network.
  ///
  /// - Parameters:
  ///   - parameters: `[ParameterLayout.parameterFloats]`; copied.
  ///   - statistics: `[ParameterLayout.statisticFloats]`; copied.
  ///   - capacity: The most images in one run.
  init(
    _ network: Network, parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>,
    capacity: Int)

  var network: Network { get }
}

extension NetworkPlan {
  public var imageFloats: Int { network.inputShape.elementCount }

  /// Returns what one image costs in the engine's precision, before any training.
  public static func costs(of graph: InferenceGraph) -> NetworkCosts {
    NetworkCosts(graph, precision: precision)
  }
}
