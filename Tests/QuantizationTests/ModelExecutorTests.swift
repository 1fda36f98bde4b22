import DeployedModels
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import Quantization

@Suite("the executor of models in floats")
struct ModelExecutorTests {
  @Test("agrees with plain loops in every tensor", arguments: shippedSpaces)
  func students(space: String) throws {
    for network in try NetworkFixtures.students(of: space, count: 1) {
      try expectPlainValues(QuantizationFixture(network, count: 2))
    }
  }

  @Test("agrees for every layer that there is")
  func unusual() throws { try expectPlainValues(QuantizationFixture(unusualNetwork(height: 7))) }

  private func expectPlainValues(_ fixture: QuantizationFixture) throws {
    let executor = ModelExecutor(fixture.model, capacity: fixture.images.count)
    executor.load(fixture.images, first: 0, count: fixture.images.count)
    executor.run(images: fixture.images.count)
    var plain = FloatInterpreter(fixture.model)
    for image in 0..<fixture.images.count {
      plain.run(fixture.image(image))
      for (index, tensor) in fixture.model.tensors.enumerated() where !tensor.isConstant {
        let values = executor.values(of: index) + image * tensor.elementCount
        let largest = plain.values[index].map(abs).max() ?? 0
        let error = (0..<tensor.elementCount).map { abs(values[$0] - plain.values[index][$0]) }
        #expect((error.max() ?? .infinity) <= 2e-5 * max(1, largest), "\(tensor.name)")
      }
    }
  }
}
