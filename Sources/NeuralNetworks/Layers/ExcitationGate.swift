import TensorKernels

/// The gate of squeeze-and-excitation: mean over positions → dense → ReLU → dense → hard sigmoid.
///
/// It keeps, from forward to backward, every image's means, hidden values and gates. How the means are
/// taken and the gates applied is the layer's business.
struct ExcitationGate: @unchecked Sendable {
  let channels: Int
  let hidden: Int
  let tensors: Tensors
  let memory: Memory

  /// One slice's values, a row for every image.
  struct SliceState: @unchecked Sendable {
    /// `[images, channels]`.
    let mean: UnsafeMutablePointer<Float>
    /// `[images, hidden]`.
    let hidden: UnsafeMutablePointer<Float>
    let gate: UnsafeMutablePointer<Float>
    /// The gradients of each, as large.
    let meanGradient: UnsafeMutablePointer<Float>
    let hiddenGradient: UnsafeMutablePointer<Float>
    let gateGradient: UnsafeMutablePointer<Float>

    init(images: Int, channels: Int, hidden: Int, cursor: inout MemoryCursor) {
      mean = cursor.take(images * channels)
      self.hidden = cursor.take(images * hidden)
      gate = cursor.take(images * channels)
      meanGradient = cursor.take(images * channels)
      hiddenGradient = cursor.take(images * hidden)
      gateGradient = cursor.take(images * channels)
    }
  }

  /// The four trained tensors of a node.
  struct Tensors {
    let squeezeWeight: TrainedTensor
    let squeezeBias: TrainedTensor
    let exciteWeight: TrainedTensor
    let exciteBias: TrainedTensor

    /// Takes the tensors from where the node's are found by their roles.
    init(_ tensor: (ParameterLayout.Role) -> TrainedTensor) {
      squeezeWeight = tensor(.squeezeWeight)
      squeezeBias = tensor(.squeezeBias)
      exciteWeight = tensor(.exciteWeight)
      exciteBias = tensor(.exciteBias)
    }
  }

  /// What the gate keeps for the whole of training.
  struct Memory: @unchecked Sendable {
    /// The transposed weights, for the backward pass.
    let squeezeRows: UnsafeMutablePointer<Float>
    let exciteRows: UnsafeMutablePointer<Float>
    let slices: [SliceState]

    init(channels: Int, hidden: Int, images: [Int], cursor: inout MemoryCursor) {
      squeezeRows = cursor.take(channels * hidden)
      exciteRows = cursor.take(channels * hidden)
      var slices: [SliceState] = []
      for count in images {
        slices.append(
          SliceState(images: count, channels: channels, hidden: hidden, cursor: &cursor))
      }
      self.slices = slices
    }
  }

  func rearrange() {
    transpose(
      tensors.squeezeWeight.value, into: memory.squeezeRows, rows: channels, columns: hidden)
    transpose(tensors.exciteWeight.value, into: memory.exciteRows, rows: hidden, columns: channels)
  }

  func mean(_ slice: Int, image: Int = 0) -> UnsafeMutablePointer<Float> {
    memory.slices[slice].mean + image * channels
  }

  func gate(_ slice: Int, image: Int = 0) -> UnsafeMutablePointer<Float> {
    memory.slices[slice].gate + image * channels
  }

  func gateGradient(_ slice: Int, image: Int = 0) -> UnsafeMutablePointer<Float> {
    memory.slices[slice].gateGradient + image * channels
  }

  /// The gradient of each position's value through the mean.
  func meanGradient(_ slice: Int, image: Int = 0) -> UnsafeMutablePointer<Float> {
    memory.slices[slice].meanGradient + image * channels
  }

  /// Computes the gates of `images` from their means.
  func forward(slice: Int, images: Range<Int>) {
    let (state, count) = (memory.slices[slice], images.count)
    let hiddenValues = state.hidden + images.lowerBound * hidden
    let gates = gate(slice, image: images.lowerBound)
    matrixProduct(
      mean(slice, image: images.lowerBound), tensors.squeezeWeight.value,
      bias: tensors.squeezeBias.value,
      into: hiddenValues, m: count, n: hidden, k: channels)
    for i in 0..<count * hidden { hiddenValues[i] = max(hiddenValues[i], 0) }
    matrixProduct(
      hiddenValues, tensors.exciteWeight.value, bias: tensors.exciteBias.value, into: gates,
      m: count,
      n: channels, k: hidden)
    hardSigmoid(gates, count: count * channels)
  }

  /// Turns the gates' gradients of `images` into those of every position's value.
  func backward(slice: Int, images: Range<Int>, positions: Int) {
    let (state, first, count) = (memory.slices[slice], images.lowerBound, images.count)
    let gradient = gateGradient(slice, image: first)
    let hiddenGradient = state.hiddenGradient + first * hidden
    let meanGradient = meanGradient(slice, image: first)
    hardSigmoidBackward(gate(slice, image: first), gradient: gradient, count: count * channels)
    matrixProduct(
      gradient, memory.exciteRows, into: hiddenGradient, m: count, n: hidden, k: channels)
    let hiddenValues = state.hidden + first * hidden
    for i in 0..<count * hidden where hiddenValues[i] <= 0 { hiddenGradient[i] = 0 }
    matrixProduct(
      hiddenGradient, memory.squeezeRows, into: meanGradient, m: count, n: channels, k: hidden)
    let share = 1 / Float(positions)
    for i in 0..<count * channels { meanGradient[i] *= share }
  }

  /// Adds the weights' gradients over all `images` images of a slice.
  func addWeightGradients(slice: Int, images: Int) {
    let state = memory.slices[slice]
    transposedProduct(
      state.hidden, state.gateGradient, addingTo: tensors.exciteWeight.gradient(slice),
      positions: images, m: hidden, n: channels)
    addColumnSums(
      state.gateGradient, to: tensors.exciteBias.gradient(slice), rows: images, columns: channels)
    transposedProduct(
      state.mean, state.hiddenGradient, addingTo: tensors.squeezeWeight.gradient(slice),
      positions: images, m: channels, n: hidden)
    addColumnSums(
      state.hiddenGradient, to: tensors.squeezeBias.gradient(slice), rows: images, columns: hidden)
  }
}
