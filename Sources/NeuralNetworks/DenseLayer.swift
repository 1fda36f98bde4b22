import TensorKernels

/// A fully connected layer with bias.
struct DenseLayer: TrainingLayer, @unchecked Sendable {
  let inputs: Int
  let outputs: Int
  let buffers: LayerBuffers
  let weight: TrainedTensor
  let bias: TrainedTensor
  let rearranged: UnsafeMutablePointer<Float>

  func rearrange() {
    transpose(weight.value, into: rearranged, rows: inputs, columns: outputs)
  }

  func forward(slice: Int, step: Int) {
    matrixProduct(
      buffers.input(slice), weight.value, bias: bias.value,
      into: buffers.output(slice), m: buffers.images[slice], n: outputs, k: inputs)
  }

  func backward(slice: Int, step: Int) {
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
