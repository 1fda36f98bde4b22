import TensorKernels

/// A fully connected layer with bias over the flattened input.
struct DenseFamily: LinearFamily {
  let channels: Int

  var name: String { "dense" }
  var hasBias: Bool { true }

  func outputShape(for input: TensorShape) throws(NetworkError) -> TensorShape {
    try check(channels > 0, "the number of channels must be positive, got \(channels)")
    return TensorShape(channels: channels)
  }

  func weightShape(_ place: LayerPlace) -> [Int] { [place.input.elementCount, channels] }
}

extension DenseFamily {
  var accumulatesInputGradient: Bool { true }

  func trainingMemory(_ place: LayerPlace, images: [Int]) -> LayerMemory {
    LayerMemory(state: place.input.elementCount * channels)
  }

  func trainingLayer(_ site: TrainingSite) -> any TrainingLayer {
    DenseLayer(
      inputs: site.place.input.elementCount, outputs: channels, buffers: site.buffers,
      weight: site.tensor(.weight), bias: site.tensor(.bias), rearranged: site.state)
  }
}

extension DenseFamily {
  func inferenceKernel(_ place: GroupPlace) -> InferenceKernel? {
    let weights = place.input.elementCount * channels
    return place.kernel(.dense, macs: weights, weights: weights + channels)
  }

  func inferenceScratch(_ place: GroupPlace, capacity: Int) -> Int { 0 }

  func inferenceStep(_ site: InferenceSite) -> InferenceStep {
    let (weight, bias) = (site.weights[.weight], site.weights[.bias])
    let inputs = site.place.input.elementCount
    return { [channels] images in
      matrixProduct(
        site.input, weight, bias: bias, into: site.output, m: images, n: channels, k: inputs)
      site.finish(images: images)
    }
  }
}

/// A fully connected layer with bias.
struct DenseLayer: OnePassLayer, @unchecked Sendable {
  let inputs: Int
  let outputs: Int
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor
  let rearranged: UnsafeMutablePointer<Float>

  var kind: KernelKind { .dense }

  func rearrange() {
    transpose(weight.value, into: rearranged, rows: inputs, columns: outputs)
  }

  func forward(_ turn: TrainingTurn) {
    let slice = turn.slice
    matrixProduct(
      buffers.input(slice), weight.value, bias: bias.value,
      into: buffers.output(slice), m: buffers.images[slice], n: outputs, k: inputs)
  }

  func backward(_ turn: TrainingTurn) {
    let slice = turn.slice
    let images = buffers.images[slice]
    let gradient = buffers.outputGradient(slice)
    transposedProduct(
      buffers.input(slice), gradient,
      addingTo: weight.gradient(slice), positions: images, m: inputs,
      n: outputs)
    addColumnSums(
      gradient, to: bias.gradient(slice), rows: images,
      columns: outputs)
    guard buffers.delivery != .none else { return }
    matrixProduct(
      gradient, rearranged, accumulate: buffers.delivery == .accumulate,
      into: buffers.inputGradient(slice), m: images, n: inputs, k: outputs)
  }
}
