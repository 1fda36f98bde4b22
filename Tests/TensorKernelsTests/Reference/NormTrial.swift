import TensorKernels
import Testing

/// One batch norm with the memory that a training plan gives it, run as a plan runs it.
///
/// Slices are dealt out to the threads of a team, which meet where the statistics need all slices.
final class NormTrial: @unchecked Sendable {
  let channels: Int
  let slicePositions: [Int]
  let activation: Activation
  let runningMean: GuardedBuffer
  let runningVariance: GuardedBuffer
  let inverseDeviation: GuardedBuffer
  let gammaGradient: GuardedBuffer
  let betaGradient: GuardedBuffer

  private let gamma: GuardedBuffer
  private let beta: GuardedBuffer
  private let buffers: NormBuffers
  private let memory: GuardedBuffer
  private var sums: [Double]

  init(
    channels: Int, slicePositions: [Int], activation: Activation, gamma: [Float], beta: [Float],
    runningMean: [Float]? = nil
  ) {
    (self.channels, self.slicePositions) = (channels, slicePositions)
    self.activation = activation
    self.gamma = GuardedBuffer(updating: gamma)
    self.beta = GuardedBuffer(updating: beta)
    let period = ChannelPeriod(channels: channels)
    memory = GuardedBuffer(count: NormBuffers.floats(period))
    buffers = NormBuffers(memory: memory.pointer, period: period)
    sums = [Double](repeating: 0, count: slicePositions.count * 2 * channels)
    self.runningMean = GuardedBuffer(
      updating: runningMean ?? [Float](repeating: 0, count: channels))
    runningVariance = GuardedBuffer(updating: [Float](repeating: 1, count: channels))
    inverseDeviation = GuardedBuffer(count: channels)
    gammaGradient = GuardedBuffer(count: channels)
    betaGradient = GuardedBuffer(count: channels)
  }

  private var positions: Int { slicePositions.reduce(0, +) }

  /// Cuts a batch's values into a buffer a slice.
  private func slices(_ values: [Float]) -> [GuardedBuffer] {
    var start = 0
    return slicePositions.map { positions in
      let slice = Array(values[start..<start + positions * channels])
      start += positions * channels
      return GuardedBuffer(updating: slice)
    }
  }

  /// Runs `sum` on every slice, then `prepare` once, then `apply` on every slice.
  private func run(
    team: WorkerTeam, sum: @escaping @Sendable (Int, UnsafeMutablePointer<Double>) -> Void,
    prepare: @escaping @Sendable (UnsafePointer<Double>) -> Void,
    apply: @escaping @Sendable (Int) -> Void
  ) {
    let sliceCount = slicePositions.count
    sums.withUnsafeMutableBufferPointer { buffer in
      buffer.update(repeating: 0)
      nonisolated(unsafe) let base = buffer.baseAddress!
      let width = 2 * channels
      team.run { thread in
        let mine = stride(from: thread, to: sliceCount, by: team.threadCount)
        for slice in mine { sum(slice, base + slice * width) }
        team.barrier()
        if thread == 0 { prepare(base) }
        team.barrier()
        for slice in mine { apply(slice) }
      }
    }
  }

  /// Returns the output for a whole batch's values, `[positions, C]`.
  func forward(
    _ values: [Float], addend: [Float]?, momentum: Float = 0.1, isInPlace: Bool = false,
    team: WorkerTeam = WorkerTeam(threadCount: 1)
  ) -> [Float] {
    let inputs = slices(values)
    let addends = addend.map { slices($0) }
    let outputs =
      isInPlace ? inputs : slicePositions.map { GuardedBuffer(count: $0 * channels) }
    preparePivot(runningMean: runningMean.pointer, buffers: buffers)
    run(
      team: team,
      sum: { [self] slice, target in
        accumulateMoments(
          inputs[slice].pointer, pivot: buffers.mean, positions: slicePositions[slice],
          period: buffers.period, into: target)
      },
      prepare: { [self] sums in
        prepareNorm(
          sums: sums, slices: slicePositions.count, positions: positions, gamma: gamma.pointer,
          beta: beta.pointer, runningMean: runningMean.pointer,
          runningVariance: runningVariance.pointer, momentum: momentum,
          inverseDeviation: inverseDeviation.pointer, buffers: buffers)
      },
      apply: { [self] slice in
        normForward(
          inputs[slice].pointer, addend: addends?[slice].pointer, activation: activation,
          buffers: buffers, into: outputs[slice].pointer, positions: slicePositions[slice])
      })
    for buffer in [runningMean, runningVariance, inverseDeviation, memory] {
      buffer.expectGuards("a statistic")
    }
    for output in outputs { output.expectGuards(padding: 15, "the output") }
    return outputs.flatMap(\.values)
  }

  /// Returns the gradients of the values and of the addend, after `forward` on the same values.
  func backward(
    gradient: [Float], values: [Float], addend: [Float]?,
    team: WorkerTeam = WorkerTeam(threadCount: 1)
  ) -> (values: [Float], addend: [Float]) {
    let gradients = slices(gradient)
    let inputs = slices(values)
    let addends = addend.map { slices($0) }
    // Without an addend the input's gradient may replace the output's, as it does in a plan.
    let outputs =
      addend == nil ? gradients : slicePositions.map { GuardedBuffer(count: $0 * channels) }
    run(
      team: team,
      sum: { [self] slice, target in
        normBackwardSums(
          gradient: gradients[slice].pointer, values: inputs[slice].pointer,
          addend: addends?[slice].pointer, activation: activation, buffers: buffers,
          positions: slicePositions[slice], into: target)
      },
      prepare: { [self] sums in
        prepareNormBackward(
          sums: sums, slices: slicePositions.count, positions: positions, gamma: gamma.pointer,
          inverseDeviation: inverseDeviation.pointer, gammaGradient: gammaGradient.pointer,
          betaGradient: betaGradient.pointer, buffers: buffers)
      },
      apply: { [self] slice in
        normBackwardInput(
          gradient: gradients[slice].pointer, isPreactivation: addend != nil,
          values: inputs[slice].pointer, activation: activation, buffers: buffers,
          into: outputs[slice].pointer, positions: slicePositions[slice])
      })
    for buffer in [gammaGradient, betaGradient, memory] { buffer.expectGuards("a coefficient") }
    for buffer in gradients + outputs { buffer.expectGuards(padding: 15, "a gradient") }
    return (outputs.flatMap(\.values), gradients.flatMap(\.values))
  }
}
