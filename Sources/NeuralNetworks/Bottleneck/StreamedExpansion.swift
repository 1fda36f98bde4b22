import TensorKernels

/// A pointwise convolution, norm and activation whose wide output is computed plane by plane, whenever
/// it is needed, and never stored.
///
/// Its statistics come from the input's moments (LinearNorm.swift), so the input is looked at once before
/// the first plane, and the input's gradient gets its last term in a pass after the last one.
struct StreamedExpansion: @unchecked Sendable {
  let inputs: Int
  let outputs: Int
  let activation: Activation
  /// Positions of one image.
  let positions: Int
  let weight: TrainedTensor
  let tensors: NormTensors
  let input: SliceBuffer
  let inputGradient: SliceBuffer
  let delivery: GradientDelivery
  let images: [Int]
  let norm: LinearNormBuffers
  let moments: [LinearMoments]

  /// Places what `init` keeps.
  static func place(inputs: Int, outputs: Int, slices: Int, cursor: inout MemoryCursor) -> (
    LinearNormBuffers, [LinearMoments]
  ) {
    let norm = LinearNormBuffers(inputs: inputs, outputs: outputs, cursor: &cursor)
    var moments: [LinearMoments] = []
    for _ in 0..<slices {
      moments.append(LinearMoments(inputs: inputs, outputs: outputs, cursor: &cursor))
    }
    return (norm, moments)
  }

  var planes: Int { norm.planes }
  private var allPositions: Int { images.reduce(0, +) * positions }

  func gatherMoments(_ turn: TrainingTurn) {
    moments[turn.slice].gather(
      input(turn.slice), positions: images[turn.slice] * positions)
    turn.lap(.norm)
  }

  func settleForward(momentum: Float) {
    prepareLinearNorm(
      norm, moments: moments, positions: allPositions, weights: weight.value,
      gamma: tensors.gamma.value,
      beta: tensors.beta.value, runningMean: tensors.runningMean,
      runningVariance: tensors.runningVariance,
      momentum: momentum)
  }

  /// Writes z, the norm's output before the activation, of one plane of `images`.
  func product(
    plane: Int, slice: Int, images: Range<Int>, into output: UnsafeMutablePointer<Float>
  ) {
    planeProduct(
      input(slice) + images.lowerBound * positions * inputs, panel: norm.panel(plane),
      start: norm.start(plane), into: output, positions: images.count * positions, depth: inputs)
  }

  /// Takes in dz of one plane of `images`, and its sums.
  func addGradient(
    _ gradient: UnsafePointer<Float>, sums: UnsafePointer<Float>, plane: Int, slice: Int,
    images: Range<Int>
  ) {
    let first = plane * planeChannels
    let columns = min(planeChannels, outputs - first)
    for lane in 0..<columns {
      moments[slice].gradientSums[first + lane] += Double(sums[lane])
    }
    planeCrossProduct(
      input(slice) + images.lowerBound * positions * inputs, gradient,
      addingTo: weight.gradient(slice) + first, rowStride: outputs, columns: columns,
      positions: images.count * positions, depth: inputs)
  }

  /// Delivers the part of the input's gradient that comes from dz alone.
  ///
  /// - Parameter planes: dz of all planes of `images`, one behind the other.
  func deliver(_ planes: UnsafePointer<Float>, slice: Int, images: Range<Int>) {
    guard delivery != .none else { return }
    let count = images.count * positions
    narrowProduct(
      planes, planeStride: count * planeChannels, planeCount: self.planes, right: norm.rows,
      accumulate: delivery == .accumulate,
      into: inputGradient(slice) + images.lowerBound * positions * inputs, positions: count,
      columns: inputs)
  }

  func settleBackward() {
    weight.gatherGradients(slices: images.count)
    prepareLinearNormBackward(
      norm, moments: moments, positions: allPositions, weights: weight.value,
      gradient: weight.gradient(0), gammaGradient: tensors.gamma.gradient(0),
      betaGradient: tensors.beta.gradient(0))
  }

  /// Delivers the rest of the input's gradient.
  func deliverRest(_ turn: TrainingTurn) {
    addLinearNormGradient(
      norm, values: input(turn.slice), to: inputGradient(turn.slice),
      positions: images[turn.slice] * positions)
    turn.lap(.norm)
  }
}
