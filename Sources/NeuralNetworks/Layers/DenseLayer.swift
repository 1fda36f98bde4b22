import TensorKernels

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
