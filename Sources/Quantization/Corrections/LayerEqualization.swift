import DeployedModels

/// Makes the channels between two layers of similar size, so that one scale suits them all.
///
/// A channel divided by a factor behind the first layer, and weights of the second multiplied with it, compute the
/// same where the activation between them is linear or a ReLU. Where the first layer has a scale for every channel,
/// as here, its weights need no equalising; what shares one scale is the tensor between the layers, so its
/// channels' largest values are equalised, against the second layer's weights where these share scales. A ReLU6
/// stays what it is: a channel that reached 6 keeps its values, and no other comes to more than 6.
///
/// Source: Nagel et al., arXiv:1906.04721, section 4.1, with ranges of activations in place of the first weights'.
struct LayerEqualization {
  private var model: DeployedModel
  private let statistics: [TensorStatistics?]

  /// Factors stay in 1/limit…limit.
  private static let limit: Float = 16

  /// Returns the model with equalised layers, which computes the same on the calibration images.
  static func equalized(_ model: DeployedModel, by calibration: Calibration) -> DeployedModel {
    var equalization = LayerEqualization(model: model, statistics: calibration.statistics)
    for (first, second) in equalization.pairs { equalization.equalize(first, second) }
    return equalization.model
  }

  /// Operators whose outputs only one layer reads, perhaps behind a padding, and that layer.
  private var pairs: [(first: Int, second: Int)] {
    var readers = [[Int]](repeating: [], count: model.tensors.count)
    for (index, step) in model.operators.enumerated() {
      for input in step.inputs where input >= 0 { readers[input].append(index) }
    }
    func onlyReader(of tensor: Int) -> Int? {
      tensor != model.output && readers[tensor].count == 1 ? readers[tensor][0] : nil
    }
    // A weight or bias that two operators share must not be scaled for one of them.
    func ownsConstants(_ step: DeployedOperator) -> Bool {
      step.inputs.dropFirst().allSatisfy { $0 < 0 || readers[$0].count == 1 }
    }
    return model.operators.enumerated().compactMap { index, step in
      guard step.kind.hasWeights, ownsConstants(step), var next = onlyReader(of: step.output) else {
        return nil
      }
      if model.operators[next].kind == .pad {
        guard let behind = onlyReader(of: model.operators[next].output) else { return nil }
        next = behind
      }
      let reader = model.operators[next]
      guard reader.kind.hasWeights, ownsConstants(reader), !readers[step.output].isEmpty,
        groups(of: reader) == 1 || reader.kind.isDepthwise
      else { return nil }
      return (index, next)
    }
  }

  private func groups(of step: DeployedOperator) -> Int {
    let shape = model.tensors[step.inputs[1]].shape
    return model.tensors[step.inputs[0]].channels / shape.last!
  }

  private mutating func equalize(_ first: Int, _ second: Int) {
    let (step, reader) = (model.operators[first], model.operators[second])
    guard let statistics = statistics[step.output] else { return }
    let reach = statistics.lows.indices.map {
      max(abs(statistics.lows[$0]), abs(statistics.highs[$0]))
    }
    let factors = factors(reach, step.activation, reader)
    scale(step.inputs[1], axis: step.kind.weightAxis ?? 0) { 1 / factors[$0] }
    if let bias = step.bias { scale(bias, axis: 0) { 1 / factors[$0] } }
    let last = model.tensors[reader.inputs[1]].shape.count - 1
    scale(reader.inputs[1], axis: last) { factors[$0] }
  }

  /// Returns what each channel is divided by.
  private func factors(
    _ reach: [Float], _ activation: FusedActivation, _ reader: DeployedOperator
  ) -> [Float] {
    let top = activation == .relu6 ? min(6, reach.max() ?? 0) : reach.max() ?? 0
    let weights = largestWeights(of: reader, channels: reach.count)
    let topWeight = weights.max() ?? 0
    return reach.indices.map { channel in
      let (own, weight) = (reach[channel], weights[channel])
      guard own > 1e-6 * top, weight > 1e-6 * topWeight, top > 0 else { return 1 }
      if activation == .relu6 && own >= 6 { return 1 }
      var factor = own / top
      if !reader.kind.isDepthwise { factor = (factor * topWeight / weight).squareRoot() }
      factor = min(LayerEqualization.limit, max(1 / LayerEqualization.limit, factor))
      return activation == .relu6 ? max(factor, own / 6) : factor
    }
  }

  /// The largest weight that each input channel meets.
  private func largestWeights(of step: DeployedOperator, channels: Int) -> [Float] {
    var largest = [Float](repeating: 0, count: channels)
    for (place, weight) in model.floats(step.inputs[1]).enumerated() {
      largest[place % channels] = max(largest[place % channels], abs(weight))
    }
    return largest
  }

  private mutating func scale(_ tensor: Int, axis: Int, by factor: (Int) -> Float) {
    let layout = WeightLayout(shape: model.tensors[tensor].shape, axis: axis)
    var values = model.floats(tensor)
    for place in values.indices { values[place] *= factor(layout.scaleIndex(place)) }
    model.tensors[tensor].values = .float32(values)
  }
}
