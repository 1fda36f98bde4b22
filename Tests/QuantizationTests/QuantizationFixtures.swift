import DeployedModels
import NetworkFixtures
import NeuralNetworks

@testable import Quantization

/// A model of floats and images for it.
struct QuantizationFixture {
  var model: DeployedModel
  let images: CalibrationImages

  init(_ network: Network, seed: UInt64 = 1, count: Int = 8) throws {
    let random = RandomModel(network, seed: seed)
    model = try LoweredNetwork(
      network, parameters: random.parameters, statistics: random.statistics
    ).model
    images = try CalibrationImages(
      (0..<count).flatMap { random.image(seed: UInt64($0)) }, count: count)
  }

  init(model: DeployedModel, images: CalibrationImages) {
    (self.model, self.images) = (model, images)
  }

  func image(_ index: Int) -> [Float] {
    Array(images.values[index * images.elementCount..<(index + 1) * images.elementCount])
  }
}
