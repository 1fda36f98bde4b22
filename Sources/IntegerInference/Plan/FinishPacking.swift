import CIntegerVectors

extension Finish {
  /// Lays out the multipliers of a step.
  ///
  /// - Parameters:
  ///   - multipliers: One for each place of `blocks`, sixteen a block.
  ///   - largestSums: What each channel's sums can reach at most, without a sign.
  init(
    _ multipliers: [FixedPointMultiplier], largestSums: [Int], zeroPoint: Int32,
    range: ClosedRange<Int32>, memory: PlanMemory
  ) {
    let blocks = memory.take(
      (multipliers.count + laneCount - 1) / laneCount, of: FinishBlock.self)
    for block in 0..<(multipliers.count + laneCount - 1) / laneCount {
      blocks[block] = FinishBlock()
    }
    for (place, multiplier) in multipliers.enumerated() {
      blocks[place / laneCount].set(multiplier, lane: place % laneCount)
    }
    self.blocks = UnsafePointer(blocks)
    zero = Words(repeating: zeroPoint + 128)
    low = Words(repeating: range.lowerBound + 128)
    high = Words(repeating: range.upperBound + 128)
    usesFloats = zip(multipliers, largestSums).allSatisfy { multiplier, sum in
      sum < (1 << 30) >> max(0, Int(multiplier.shift))
    }
  }
}

extension ProductRule {
  /// Returns Σ w and Σ |w| of each channel.
  ///
  /// - Parameter channelsAreLast: Whether the weights are `[…, C]`, as those of a depthwise convolution, and not
  ///   `[C, …]`.
  func weightSums(channelsAreLast: Bool) -> (sums: [Int32], magnitudes: [Int]) {
    let channels = bias.count
    var sums = [Int32](repeating: 0, count: channels)
    var magnitudes = [Int](repeating: 0, count: channels)
    for (place, weight) in weights.enumerated() {
      let channel = channelsAreLast ? place % channels : place / (weights.count / channels)
      sums[channel] &+= Int32(weight)
      magnitudes[channel] += abs(Int(weight))
    }
    return (sums, magnitudes)
  }

  /// Returns what the sums of unsigned bytes start from: bias_c − (Z_in + 128) Σ w.
  func starts(weightSums: [Int32]) -> [Int32] {
    let zero = inputZeroPoint + 128 - lanes_dot_offset()
    return bias.indices.map { bias[$0] &- zero &* weightSums[$0] }
  }

  /// What each channel's sums can reach at most, without a sign.
  ///
  /// - Parameter magnitudes: Σ |w| of each channel.
  func largestSums(magnitudes: [Int]) -> [Int] {
    bias.indices.map { abs(Int(bias[$0])) + 255 * magnitudes[$0] }
  }
}
