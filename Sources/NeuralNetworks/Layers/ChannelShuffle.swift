import TensorKernels

/// Channels in `groups` groups, dealt out one of each group in turn.
struct ChannelShuffleFamily: WeightlessFamily {
  let groups: Int

  var name: String { "channel_shuffle" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { false }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try checkGroups(groups, divide: input.channels, "input")
    return input
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    ChannelShuffleLayer(input: site.place.input, groups: groups, buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { place.kernel(.elementwise) }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let shape = site.place.input
    return { [groups] images in
      shuffleChannels(
        site.input, into: site.output, positions: images * shape.positionCount,
        channels: shape.channels, groups: groups)
    }
  }
}

/// Channels in another order; a gradient takes the way back.
struct ChannelShuffleLayer: OnePassLayer {
  let input: TensorShape
  let groups: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  func forward(_ turn: TrainingTurn) {
    shuffle(buffers.input, into: buffers.output(turn.slice), turn.slice, groups: groups)
  }

  func backward(_ turn: TrainingTurn) {
    buffers.deliver(slice: turn.slice, elements: input.elementCount) { output in
      shuffle(
        buffers.outputGradient, into: output, turn.slice, groups: input.channels / groups)
    }
  }

  private func shuffle(
    _ values: SliceBuffer, into output: UnsafeMutablePointer<Float>, _ slice: Int, groups: Int
  ) {
    shuffleChannels(
      values(slice), into: output, positions: buffers.images[slice] * input.positionCount,
      channels: input.channels, groups: groups)
  }
}
