import TensorKernels

/// Batch normalisation with learnt scale and shift.
///
/// As a head it copies nothing: the plan's norm (`NormLayer`) reads its input.
struct BatchNormFamily: LayerFamily {
  var name: String { "batch_norm" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .norm }
  var addsDepth: Bool { false }

  func outputShape(for input: TensorShape) -> TensorShape { input }

  func tensors(_ place: LayerPlace) -> [LayerTensor] {
    let shape = [place.output.channels]
    return [
      LayerTensor(role: .scale, shape: shape, kind: .factor),
      LayerTensor(role: .shift, shape: shape, kind: .addend),
      LayerTensor(role: .runningMean, shape: shape, kind: .runningMean),
      LayerTensor(role: .runningVariance, shape: shape, kind: .runningVariance),
    ]
  }
}

extension BatchNormFamily {
  var accumulatesInputGradient: Bool { true }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory { LayerMemory() }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer { PassThroughLayer(site) }
}

extension BatchNormFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    place.kernel(.elementwise, weights: 2 * place.output.channels)
  }

  /// Of a norm on its own: a factor and an addend for every channel, repeated over a period.
  func inferenceTensors(_ place: GroupPlace) -> [(role: ParameterLayout.Role, count: Int)] {
    [(.scale, NormBuffers.floats(period(place)))]
  }

  func fold(_ trained: TrainedValues, _ place: GroupPlace, into folded: FoldedTensors) {
    prepareInferenceNorm(
      gamma: trained[.scale, place.node], beta: trained[.shift, place.node],
      mean: trained[.runningMean, place.node], variance: trained[.runningVariance, place.node],
      buffers: NormBuffers(memory: folded[.scale], period: period(place)))
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int { 0 }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let buffers = NormBuffers(memory: site.weights[.scale], period: period(site.place))
    let (activation, positions) = (site.place.activation, site.place.input.positionCount)
    return { images in
      normForward(
        site.input, addend: site.addend, activation: activation, buffers: buffers,
        into: site.output, positions: images * positions)
    }
  }

  private func period(_ place: GroupPlace) -> ChannelPeriod {
    ChannelPeriod(channels: place.output.channels)
  }
}
