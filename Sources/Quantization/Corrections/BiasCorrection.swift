import DeployedModels

/// Moves biases by what rounding the weights changes in the mean of each output.
///
/// The mean of a layer's output changes by Σ (ŵ − w) · E[x], with the means of calibration images; at the border of an
/// image the sum over fewer pixels is taken for the whole one. Source: Nagel et al., arXiv:1906.04721, section 4.2.
struct BiasCorrection {
  /// Returns the model with corrected biases.
  static func corrected(_ model: DeployedModel, by calibration: Calibration) -> DeployedModel {
    var result = model
    for step in model.operators where step.kind.hasWeights {
      guard let bias = step.bias, let means = calibration.statistics[step.inputs[0]]?.means else {
        continue
      }
      var values = model.floats(bias)
      for (channel, shift) in shifts(of: step, in: model, means: means).enumerated() {
        values[channel] -= Float(shift)
      }
      result.tensors[bias].values = .float32(values)
    }
    return result
  }

  /// Returns what rounding adds to the mean of each output channel.
  private static func shifts(
    of step: DeployedOperator, in model: DeployedModel, means: [Float]
  ) -> [Double] {
    let shape = model.tensors[step.inputs[1]].shape
    let weights = model.floats(step.inputs[1])
    let layout = WeightLayout(shape: shape, axis: step.kind.weightAxis)
    let scales = layout.scales(of: weights)
    let isDepthwise = step.kind.isDepthwise
    let outputs = isDepthwise ? shape[3] : shape[0]
    let depth = shape.last!
    // A group of outputs reads its own part of the inputs.
    let perGroup = isDepthwise ? outputs : outputs / max(1, means.count / depth)
    var shifts = [Double](repeating: 0, count: outputs)
    for (place, weight) in weights.enumerated() {
      let scale = scales[layout.scaleIndex(place)]
      let error = scale * layout.steps(weight, scale) - weight
      let output = isDepthwise ? place % outputs : place / (weights.count / outputs)
      let input = isDepthwise ? output : output / perGroup * depth + place % depth
      shifts[output] += Double(error) * Double(means[input])
    }
    return shifts
  }
}
