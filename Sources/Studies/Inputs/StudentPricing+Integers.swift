import DeployedModels
import IntegerInference
import NeuralNetworks
import SearchSpaces

extension StudentPricing {
  /// Returns what keeps a network from being a student in int8; nil if nothing does, and in a study of fp32.
  func integerObstacle(to network: Network) -> String? {
    guard inputs.definition.precision == .int8 else { return nil }
    do {
      let model = try LoweredNetwork(structureOf: network).model
      return model.layerWithoutIntegers.map { "\($0) has no kernel in int8" }
    } catch {
      return "\(error)"
    }
  }

  /// Returns what keeps an architecture from being a student in int8, as for its network.
  func integerObstacle(to architecture: Architecture) -> String? {
    guard inputs.definition.precision == .int8 else { return nil }
    return (try? inputs.network(of: architecture)).flatMap(integerObstacle)
  }
}
