import TensorKernels

/// A linear map with one weight, whose last axis is the outputs', and perhaps a bias: convolutions and
/// dense layers.
///
/// At inference a norm behind it becomes part of its weight and bias:
///
///     γ·(w∗x − μ)/σ + β = (γ/σ·w)∗x + (β − γ·μ/σ)
protocol LinearFamily: LayerFamily {
  var hasBias: Bool { get }
  func weightShape(_ place: LayerPlace) -> [Int]
}

extension LinearFamily {
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .head }
  var addsDepth: Bool { true }

  func tensors(_ place: LayerPlace) -> [LayerTensor] {
    var tensors = [LayerTensor(role: .weight, shape: weightShape(place), kind: .weight)]
    if hasBias {
      tensors.append(LayerTensor(role: .bias, shape: [place.output.channels], kind: .addend))
    }
    return tensors
  }

  func inferenceTensors(_ place: GroupPlace) -> [(role: ParameterLayout.Role, count: Int)] {
    var tensors = [(ParameterLayout.Role.weight, weightCount(place.layer))]
    if hasBias || place.group.norm != nil { tensors.append((.bias, place.output.channels)) }
    return tensors
  }

  func fold(_ trained: TrainedValues, _ place: GroupPlace, into folded: FoldedTensors) {
    trained.copy(.weight, of: place.node, to: folded[.weight])
    if hasBias { trained.copy(.bias, of: place.node, to: folded[.bias]) }
    guard let norm = place.group.norm else { return }
    let channels = place.output.channels
    let (weight, bias) = (folded[.weight], folded[.bias])
    for c in 0..<channels {
      let deviation = (trained[.runningVariance, norm][c] + normEpsilon).squareRoot()
      let factor = trained[.scale, norm][c] / deviation
      bias[c] = trained[.shift, norm][c] + factor * (bias[c] - trained[.runningMean, norm][c])
      for row in 0..<weightCount(place.layer) / channels {
        weight[row * channels + c] *= factor
      }
    }
  }

  private func weightCount(_ place: LayerPlace) -> Int { weightShape(place).reduce(1, *) }
}
