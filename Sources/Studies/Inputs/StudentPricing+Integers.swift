import DeployedModels
import IntegerInference
import SearchSpaces

extension StudentPricing {
  /// Returns what keeps an architecture from being a student in int8; nil if nothing does, and in a study of fp32.
  func integerObstacle(to architecture: Architecture) -> String? {
    guard inputs.definition.precision == .int8,
      let network = try? inputs.network(of: architecture)
    else { return nil }
    do {
      let model = try LoweredNetwork(structureOf: network).model
      return model.layerWithoutIntegers.map { "\($0) has no kernel in int8" }
    } catch {
      return "\(error)"
    }
  }
}
