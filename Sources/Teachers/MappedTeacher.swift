import Datasets
import Distillation
import FileFormats
import NeuralNetworks
import TensorKernels

/// A map of images standardised one way to the same images standardised another way, channel by channel.
///
///     (x · d + m − m′) / d′ = a · x + b
struct PixelMap: Sendable {
  /// a, one for each channel.
  private let factors: [Float]
  /// b.
  private let addends: [Float]
  let isIdentity: Bool

  init(from given: Standardization, to wanted: Standardization) {
    let channels = given.mean.indices
    let factors = channels.map { given.standardDeviation[$0] / wanted.standardDeviation[$0] }
    let addends = channels.map {
      (given.mean[$0] - wanted.mean[$0]) / wanted.standardDeviation[$0]
    }
    isIdentity = factors.allSatisfy { $0 == 1 } && addends.allSatisfy { $0 == 0 }
    (self.factors, self.addends) = (factors.map { Float($0) }, addends.map { Float($0) })
  }

  /// Maps `count` values, `[…, channels]`.
  func write(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    let channels = factors.count
    for start in stride(from: 0, to: count, by: channels) {
      for channel in 0..<channels {
        output[start + channel] = factors[channel] * input[start + channel] + addends[channel]
      }
    }
  }
}

/// A network that sees images by another standardisation than its students.
struct MappedTeacher: FeatureClassifier {
  let model: TrainedModel
  let map: PixelMap
  let identity: String
  var classes: Int { model.classes }
  var network: Network { model.network }
  var contentHash: String { ContentHash.hexadecimal(of: "\(model.contentHash)|\(identity)") }

  func session(capacity: Int, features: [Int]) -> any FeatureSession {
    Session(
      model.session(capacity: capacity, features: features), map,
      model.network.inputShape.elementCount, capacity)
  }

  private final class Session: FeatureSession {
    private let inner: any FeatureSession
    private let map: PixelMap
    private let imageElements: Int
    private let images: FloatArena

    init(_ inner: any FeatureSession, _ map: PixelMap, _ imageElements: Int, _ capacity: Int) {
      (self.inner, self.map, self.imageElements) = (inner, map, imageElements)
      images = FloatArena(count: capacity * imageElements)
    }

    func answer(
      _ images: UnsafePointer<Float>, count: Int, into logits: UnsafeMutablePointer<Float>
    ) {
      map.write(images, into: self.images.base, count: count * imageElements)
      inner.answer(self.images.base, count: count, into: logits)
    }

    func feature(_ node: Int) -> UnsafePointer<Float> { inner.feature(node) }
  }
}
