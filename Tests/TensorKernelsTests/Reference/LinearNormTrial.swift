import TensorKernels
import Testing

/// A linear map and its batch norm in training, in double precision: z = norm(x·W).
struct ReferenceLinearNorm {
  let inputs: Int
  let outputs: Int

  func linear(_ values: [Double], _ weights: [Double]) -> [Double] {
    referenceProduct(values, weights, m: values.count / inputs, n: outputs, k: inputs)
  }

  func output(
    _ values: [Double], weights: [Double], gamma: [Double], beta: [Double]
  ) -> [Double] {
    ReferenceNorm(channels: outputs).preactivation(
      linear(values, weights), gamma: gamma, beta: beta, addend: nil)
  }

  struct Gradients {
    var values: [Double]
    var weights: [Double]
    var gamma: [Double]
    var beta: [Double]
  }

  /// The gradients by way of y and ŷ = (y − μ)/σ:
  ///
  ///     dβ = Σ dz,   dγ = Σ dz·ŷ,   dy = γ/σ·(dz − dβ/n − ŷ·dγ/n),   dx = dy·Wᵀ,   dW = xᵀ·dy.
  func gradients(
    _ dz: [Double], values: [Double], weights: [Double], gamma: [Double]
  ) -> Gradients {
    let positions = values.count / inputs
    let y = linear(values, weights)
    let (mean, variance) = ReferenceNorm(channels: outputs).moments(y)
    let deviation = variance.map { ($0 + 1e-5).squareRoot() }
    let normalized = y.indices.map { i in
      (y[i] - mean[i % outputs]) / deviation[i % outputs]
    }
    var gammaGradient = [Double](repeating: 0, count: outputs)
    var betaGradient = gammaGradient
    for i in dz.indices {
      gammaGradient[i % outputs] += dz[i] * normalized[i]
      betaGradient[i % outputs] += dz[i]
    }
    let dy = dz.indices.map { i -> Double in
      let e = i % outputs
      let centred = dz[i] - betaGradient[e] / Double(positions)
      return gamma[e] / deviation[e]
        * (centred - normalized[i] * gammaGradient[e] / Double(positions))
    }
    let transposed = (0..<outputs * inputs).map { weights[$0 % inputs * outputs + $0 / inputs] }
    return Gradients(
      values: referenceProduct(dy, transposed, m: positions, n: inputs, k: outputs),
      weights: referenceTransposedProduct(values, dy, positions: positions, m: inputs, n: outputs),
      gamma: gammaGradient, beta: betaGradient)
  }
}

/// One linear map's norm with the memory that a layer gives it, run as a layer runs it: plane by plane.
final class LinearNormTrial {
  let slicePositions: [Int]
  let buffers: LinearNormBuffers
  let moments: [LinearMoments]
  let runningMean: GuardedBuffer
  let runningVariance: GuardedBuffer
  let weightGradient: GuardedBuffer
  let gammaGradient: GuardedBuffer
  let betaGradient: GuardedBuffer

  private let weights: [Float]
  private let gamma: [Float]
  private let beta: [Float]
  private let memory: GuardedBuffer

  init(
    inputs: Int, outputs: Int, slicePositions: [Int], weights: [Float], gamma: [Float],
    beta: [Float], runningMean: [Float]? = nil
  ) {
    func layOut(_ cursor: inout MemoryCursor) -> (LinearNormBuffers, [LinearMoments]) {
      let buffers = LinearNormBuffers(inputs: inputs, outputs: outputs, cursor: &cursor)
      let moments = slicePositions.map { _ in
        LinearMoments(inputs: inputs, outputs: outputs, cursor: &cursor)
      }
      return (buffers, moments)
    }
    var counting = MemoryCursor()
    _ = layOut(&counting)
    memory = GuardedBuffer(updating: [Float](repeating: 0, count: counting.floats))
    var cursor = MemoryCursor(memory.pointer)
    (buffers, moments) = layOut(&cursor)
    self.slicePositions = slicePositions
    (self.weights, self.gamma, self.beta) = (padded(weights), padded(gamma), padded(beta))
    self.runningMean = GuardedBuffer(
      updating: runningMean ?? [Float](repeating: 0, count: outputs))
    runningVariance = GuardedBuffer(updating: [Float](repeating: 1, count: outputs))
    weightGradient = GuardedBuffer(count: inputs * outputs)
    gammaGradient = GuardedBuffer(count: outputs)
    betaGradient = GuardedBuffer(count: outputs)
  }

  private var positions: Int { slicePositions.reduce(0, +) }

  /// Cuts a batch's values, `[positions, width]`, into slices, behind each of which stands NaN.
  private func slices(_ values: [Float], width: Int) -> [[Float]] {
    var start = 0
    return slicePositions.map { positions in
      let end = start + positions * width
      defer { start = end }
      return padded(Array(values[start..<end]))
    }
  }

  /// Returns z for a whole batch's x, `[planes, positions, 16]`, slice by slice.
  func forward(_ values: [Float], momentum: Float = 0.1) -> [[Float]] {
    let inputs = slices(values, width: buffers.inputs)
    for (slice, moments) in moments.enumerated() {
      moments.gather(inputs[slice], positions: slicePositions[slice])
    }
    prepareLinearNorm(
      buffers, moments: moments, positions: positions, weights: weights, gamma: gamma, beta: beta,
      runningMean: runningMean.pointer, runningVariance: runningVariance.pointer,
      momentum: momentum)
    for buffer in [memory, runningMean, runningVariance] { buffer.expectGuards("a statistic") }
    return inputs.enumerated().map { slice, values in
      (0..<buffers.planes).flatMap { plane in
        let output = GuardedBuffer(count: 16 * slicePositions[slice])
        planeProduct(
          values, panel: buffers.panel(plane), start: buffers.start(plane), into: output.pointer,
          positions: slicePositions[slice], depth: buffers.inputs)
        return output.values
      }
    }
  }

  /// Returns z as `[positions, outputs]`.
  func output(_ values: [Float], momentum: Float = 0.1) -> [Float] {
    zip(forward(values, momentum: momentum), slicePositions).flatMap { planes, positions in
      (0..<positions * buffers.outputs).map { i in
        let (p, e) = (i / buffers.outputs, i % buffers.outputs)
        return planes[(e / 16 * positions + p) * 16 + e % 16]
      }
    }
  }

  /// Returns dx for dz, `[positions, outputs]`, after `forward` on the same values.
  func backward(_ gradient: [Float], values: [Float]) -> [Float] {
    let (inputs, outputs) = (buffers.inputs, buffers.outputs)
    let gradients = slices(gradient, width: outputs)
    let slicedValues = slices(values, width: inputs)
    weightGradient.pointer.update(repeating: 0, count: weightGradient.count)
    var inputGradients: [GuardedBuffer] = []
    for (slice, positions) in slicePositions.enumerated() {
      moments[slice].clearGradientSums()
      var planes = [Float](repeating: 0, count: buffers.planes * positions * 16)
      for i in 0..<positions * outputs {
        let (p, e) = (i / outputs, i % outputs)
        planes[(e / 16 * positions + p) * 16 + e % 16] = gradients[slice][i]
        moments[slice].gradientSums[e] += Double(gradients[slice][i])
      }
      for plane in 0..<buffers.planes {
        planeCrossProduct(
          slicedValues[slice], padded(Array(planes[(plane * positions * 16)...])),
          addingTo: weightGradient.pointer + 16 * plane, rowStride: outputs,
          columns: min(16, outputs - 16 * plane), positions: positions, depth: inputs)
      }
      let inputGradient = GuardedBuffer(count: positions * inputs)
      narrowProduct(
        padded(planes), planeStride: positions * 16, planeCount: buffers.planes,
        right: buffers.rows, accumulate: false, into: inputGradient.pointer,
        positions: positions, columns: inputs)
      inputGradients.append(inputGradient)
    }
    prepareLinearNormBackward(
      buffers, moments: moments, positions: positions, weights: weights,
      gradient: weightGradient.pointer, gammaGradient: gammaGradient.pointer,
      betaGradient: betaGradient.pointer)
    for (slice, inputGradient) in inputGradients.enumerated() {
      addLinearNormGradient(
        buffers, values: slicedValues[slice], to: inputGradient.pointer,
        positions: slicePositions[slice])
    }
    for buffer in [memory, weightGradient, gammaGradient, betaGradient] + inputGradients {
      buffer.expectGuards("a gradient")
    }
    return inputGradients.flatMap(\.values)
  }
}
