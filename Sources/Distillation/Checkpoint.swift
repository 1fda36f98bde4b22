import FileFormats
import Foundation
import NeuralNetworks

/// The state of an unfinished training in a file, so that a killed run loses an epoch at most.
struct Checkpoint {
  let path: String
  /// The run it belongs to.
  let identity: String

  /// Writes the state before `nextStep`, atomically.
  func write(_ plan: TrainingPlan, optimizer: Optimizer, nextStep: Int) throws {
    func array(_ values: UnsafeBufferPointer<Float>) -> NumericArray {
      NumericArray(shape: [values.count], Array(values))
    }
    let file = SafetensorsFile(
      tensors: [
        "parameters": array(
          UnsafeBufferPointer(start: plan.parameters, count: plan.layout.parameterFloats)),
        "statistics": array(
          UnsafeBufferPointer(start: plan.statistics, count: plan.layout.statisticFloats)),
        "optimizer": array(UnsafeBufferPointer(optimizer.state)),
      ], metadata: ["identity": identity, "next_step": String(nextStep)])
    try file.write(to: path)
  }

  /// Restores the state, if there is one of this very run.
  ///
  /// A checkpoint that is missing, damaged or of another run is no error: training starts over.
  ///
  /// - Returns: The step to continue with.
  func restore(into plan: TrainingPlan, optimizer: Optimizer) -> Int? {
    guard let file = try? SafetensorsFile.read(path), file.metadata["identity"] == identity,
      let step = file.metadata["next_step"].flatMap({ Int($0) }),
      let parameters = file.tensors["parameters"]?.asFloats(),
      let statistics = file.tensors["statistics"]?.asFloats(),
      let state = file.tensors["optimizer"]?.asFloats(),
      parameters.count == plan.layout.parameterFloats,
      statistics.count == plan.layout.statisticFloats, state.count == optimizer.state.count
    else { return nil }
    plan.parameters.update(from: parameters, count: parameters.count)
    plan.statistics.update(from: statistics, count: statistics.count)
    _ = optimizer.state.update(fromContentsOf: state)
    return step
  }
}
