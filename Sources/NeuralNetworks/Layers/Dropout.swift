import RandomStreams
import TensorKernels

/// Values dropped at random in training; identity otherwise.
struct DropoutFamily: WeightlessFamily {
  let rate: Double

  var name: String { "dropout" }
  var inputCount: Int { 1 }
  var fusionRole: FusionRole { .alone }
  var accumulatesInputGradient: Bool { false }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(rate >= 0 && rate < 1, "the rate must be in [0, 1), got \(rate)")
    return input
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    DropoutLayer(
      rate: rate, seed: site.seed, node: site.place.node, elements: site.place.input.elementCount,
      buffers: site.buffers)
  }

  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? { nil }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    preconditionFailure("dropout runs no kernel")
  }
}

/// Dropout; its mask is drawn again in the backward pass.
struct DropoutLayer: OnePassLayer {
  let rate: Double
  let seed: UInt64
  let node: Int
  let elements: Int
  let buffers: LayerBuffers

  var kind: KernelKind { .activation }

  private func stream(_ turn: TrainingTurn) -> RandomStream {
    RandomStream(seed: seed, purpose: "dropout", node, turn.step, turn.slice)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    dropout(
      buffers.input(slice), rate: rate, stream: stream(turn),
      into: buffers.output(slice), count: buffers.images[slice] * elements)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    buffers.deliver(slice: slice, elements: elements) { output in
      dropout(
        buffers.outputGradient(slice), rate: rate, stream: stream(turn),
        into: output, count: buffers.images[slice] * elements)
    }
  }
}
