import Foundation

// A profile is a file for people: four digits say more than any measurement knows.

extension PhysicalModel {
  /// The model as files hold it, with four significant digits.
  var rounded: PhysicalModel {
    var result = self
    result.inferenceOverheadMicroseconds = roundedForFile(inferenceOverheadMicroseconds)
    result.kernels = kernels.map(\.rounded)
    result.idleKernels = idleKernels.map { $0.map(\.rounded) }
    result.levels = levels.map(\.rounded)
    return result
  }
}

extension KernelParameters {
  fileprivate var rounded: KernelParameters {
    KernelParameters(
      overheadMicroseconds: roundedForFile(overheadMicroseconds),
      gigaMACsPerSecond: gigaMACsPerSecond.map { roundedForFile($0) },
      gigaOperationsPerSecond: gigaOperationsPerSecond.map { roundedForFile($0) },
      outputChannelsHalf: roundedForFile(outputChannelsHalf),
      reductionHalf: roundedForFile(reductionHalf),
      inputChannelsHalf: roundedForFile(inputChannelsHalf),
      gigabytesPerSecond: gigabytesPerSecond.map { roundedForFile($0) },
      relativeUncertainty: roundedForFile(relativeUncertainty), isAssumed: isAssumed)
  }
}

extension Memory.Level {
  fileprivate var rounded: Memory.Level {
    Memory.Level(
      name: name, capacityBytes: capacityBytes,
      bandwidthGigabytesPerSecond: roundedForFile(bandwidthGigabytesPerSecond))
  }
}

/// Rounds to significant digits.
package func roundedForFile(_ value: Double, digits: Int = 4) -> Double {
  Double(String(format: "%.\(digits)g", value)) ?? value
}
