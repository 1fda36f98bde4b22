// Latency of a network: the sum over its kernels of a roofline with a launch overhead.
//
//     kernel = overhead + max(work, traffic)
//     work = MACs / (rate · efficiency) + operations / operation rate
//     traffic = bytes / bandwidth of the smallest memory level that holds them
//     efficiency = 1 / (1 + channels½ / output channels + reduction½ / MACs per output value)
//
// The roofline: Williams, Waterman and Patterson, CACM 52(4), 2009, doi:10.1145/1498765.1498785.
//
// 1 / efficiency multiplied by the MACs is linear in the shape: the two losses are a cost per value
// gathered for the product (positions × reduction) and a cost per output value. So the whole model is
// linear in what a fit has to find, as long as it is known which side of the maximum binds.

import NeuralNetworks

extension InferenceKernel {
  /// Element operations beside MACs: reads of a window, or passes over the activations.
  var operations: Int {
    switch kind {
    case .convolution, .pointwise, .depthwise, .dense: 0
    case .squeezeExcitation: 2 * inputShape.elementCount  // the mean, and the scaling
    case .pooling: kernelSize * kernelSize * outputShape.elementCount
    case .globalPooling: inputShape.elementCount
    case .elementwise: outputShape.elementCount
    }
  }

  /// MACs whose time stands for gathering inputs: MACs per output channel.
  var gatherMACs: Double { Double(macs) / Double(outputShape.channels) }
  /// MACs whose time stands for finishing outputs: one per output value.
  var outputMACs: Double { Double(outputShape.elementCount) }
}

/// What one kernel is predicted to cost.
public struct KernelEstimate: Hashable, Sendable {
  /// Which side of the roofline binds.
  public enum Bound: String, Hashable, Sendable, Codable {
    case compute
    case memory
  }

  public let kernel: InferenceKernel
  /// Microseconds, overhead included.
  public let latencyMicroseconds: Double
  public let bound: Bound
}

/// What one inference of a network is predicted to cost.
public struct CostEstimate: Hashable, Sendable {
  public let latencyMilliseconds: Double
  /// One standard deviation of the latency's error, in milliseconds.
  public let latencyStandardErrorMilliseconds: Double
  /// `nil` if the profile says nothing about energy.
  public let energyMillijoules: Double?
  /// Peak bytes of activations, and of the weights where they are kept in RAM.
  public let peakMemoryBytes: Int
  public let weightBytes: Int
  /// Every kernel, in the order of execution.
  public let kernels: [KernelEstimate]
}

extension HardwareProfile {
  /// Returns the predicted cost of one inference of `network`, fused as `inferenceKernels` says.
  public func predict(_ network: Network) -> CostEstimate {
    let graph = InferenceGraph(network)
    return predict(graph.kernels, costs: NetworkCosts(graph))
  }

  /// Returns the predicted cost of one inference of the network with these kernels and exact costs.
  public func predict(_ kernels: [InferenceKernel], costs: NetworkCosts) -> CostEstimate {
    var estimates: [KernelEstimate] = []
    estimates.reserveCapacity(kernels.count)
    var microseconds = inferenceOverheadMicroseconds
    var variance = 0.0  // of the kernels' independent errors, µs²
    var bytes = 0
    for kernel in kernels {
      let parameters = kernelParameters[kernel.kind.index]
      let moved = kernel.bytesMoved
      let work = parameters.workMicroseconds(of: kernel)
      let traffic = memory.trafficMicroseconds(bytes: moved)
      let latency = parameters.overheadMicroseconds + max(work, traffic)
      estimates.append(
        KernelEstimate(
          kernel: kernel, latencyMicroseconds: latency,
          bound: work >= traffic ? .compute : .memory))
      let deviation = parameters.relativeUncertainty * latency
      microseconds += latency
      variance += deviation * deviation
      bytes += moved
    }
    let shared = relativeUncertainty * microseconds
    let weights = memory.weightsIn == .ram ? costs.weightBytes : 0
    return CostEstimate(
      latencyMilliseconds: microseconds / 1000,
      latencyStandardErrorMilliseconds: (shared * shared + variance).squareRoot() / 1000,
      energyMillijoules: energy?.millijoules(
        macs: costs.macs, bytes: bytes, milliseconds: microseconds / 1000),
      peakMemoryBytes: weights + costs.peakActivationBytes, weightBytes: costs.weightBytes,
      kernels: estimates)
  }

  /// Returns the predicted latency of one kernel in microseconds, its launch included.
  public func latencyMicroseconds(of kernel: InferenceKernel) -> Double {
    let parameters = kernelParameters[kernel.kind.index]
    return parameters.overheadMicroseconds
      + max(
        parameters.workMicroseconds(of: kernel),
        memory.trafficMicroseconds(bytes: kernel.bytesMoved))
  }
}

extension KernelParameters {
  /// Microseconds of arithmetic if memory were infinitely fast.
  func workMicroseconds(of kernel: InferenceKernel) -> Double {
    var microseconds = 0.0
    if let rate = gigaMACsPerSecond {
      let macs =
        Double(kernel.macs) + outputChannelsHalf * kernel.gatherMACs
        + reductionHalf * kernel.outputMACs
      microseconds += macs / (1000 * rate)
    }
    if let rate = gigaOperationsPerSecond {
      microseconds += Double(kernel.operations) / (1000 * rate)
    }
    return microseconds
  }
}

extension Memory {
  /// Returns the index of the smallest level that holds `bytes`.
  func level(holding bytes: Int) -> Int {
    levels.firstIndex { bytes <= $0.capacityBytes ?? .max } ?? levels.count - 1
  }

  /// Microseconds to move `bytes` if arithmetic took no time.
  func trafficMicroseconds(bytes: Int) -> Double {
    Double(bytes) / (1000 * levels[level(holding: bytes)].bandwidthGigabytesPerSecond)
  }
}

extension Energy {
  /// Returns the energy of an inference: arithmetic, traffic, and power drawn while it lasts.
  func millijoules(macs: Int, bytes: Int, milliseconds: Double) -> Double {
    1e-9 * (picojoulesPerMAC * Double(macs) + picojoulesPerByte * Double(bytes))
      + 1e-3 * staticPowerMilliwatts * milliseconds
  }
}
