import TensorKernels

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
