import FileFormats
import Foundation
import NeuralNetworks

/// The state of an unfinished training in a file, so that a killed run loses an epoch at most.
struct Checkpoint {
  let path: String
  /// The run it belongs to.
  let identity: String

  /// Writes the state before `nextStep`, atomically.
  func write(
    _ plan: TrainingPlan, optimizer: Optimizer, nextStep: Int, _ recorder: CurveRecorder? = nil
  ) throws {
    var metadata = ["identity": identity, "next_step": String(nextStep)]
    if let recorder {
      metadata["curve"] = String(
        decoding: try JSONEncoder().encode(recorder.progress), as: UTF8.self)
    }
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
      ], metadata: metadata)
    try file.write(to: path)
  }

  /// Restores the state, if there is one of this very run.
  ///
  /// A checkpoint that is missing, damaged or of another run is no error: training starts over.
  ///
  /// - Returns: The step to continue with.
  func restore(
    into plan: TrainingPlan, optimizer: Optimizer, _ recorder: CurveRecorder? = nil
  ) -> Int? {
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
    // Earlier versions kept no curve; the points that are missing are no reason to start over.
    if let recorder, let text = file.metadata["curve"],
      let progress = try? JSONDecoder().decode(CurveRecorder.Progress.self, from: Data(text.utf8))
    {
      recorder.progress = progress
    }
    return step
  }
}
