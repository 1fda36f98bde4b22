// How long a kernel takes by arithmetic and traffic alone.
//
//     kernel = launch + max(work, traffic of the memory level)
//     work = MACs / (rate · efficiency) + operations / operation rate + bytes / own byte rate
//     efficiency = 1 / (1 + channels½ / output channels + reduction½ / MACs per output value
//                         + inputs½ / input channels)
//
// The roofline: Williams, Waterman and Patterson, CACM 52(4), 2009, doi:10.1145/1498765.1498785.
//
// 1 / efficiency multiplied by the MACs is linear in the shape: the losses are a cost per value gathered for the
// product (positions × reduction), a cost per output value, and a cost per position of a window and output value. So the whole model is
// linear in what a fit has to find, as long as it is known which side of the maximum binds.

import NeuralNetworks

/// What a runtime runs as one kernel with the layer before it. Norms always are: inference folds them.
public struct FusionRules: Hashable, Sendable, Codable {
  /// A residual add runs in the kernel whose output it adds to.
  public var add = true
  /// An activation runs in the kernel whose output it changes.
  public var activation = true

  public init(add: Bool = true, activation: Bool = true) {
    self.add = add
    self.activation = activation
  }
}

/// The formula of this file with its parameters.
public struct PhysicalModel: Hashable, Sendable {
  /// Microseconds that one inference costs besides its kernels.
  public var inferenceOverheadMicroseconds: Double
  /// In the order of `InferenceKernel.Kind.allCases`.
  var kernels: [KernelParameters]
  /// What kernels cost whose result nothing reads; nil where the runtime leaves them out.
  var idleKernels: [KernelParameters]?
  /// From the smallest and fastest to the one that holds everything; empty where no roof is known.
  var levels: [Memory.Level]
  var precision: MeasurementProtocol.Precision
  public var fusion = FusionRules()
}

/// A kernel as a device runs it.
struct ExecutedKernel: Hashable, Sendable {
  var kernel: InferenceKernel
  /// Whether nothing reads the result.
  var isIdle: Bool
}

/// The microseconds of one kernel, by what takes them.
struct KernelTime: Hashable, Sendable {
  var launch: Double
  /// Arithmetic, where it binds.
  var arithmetic: Double
  /// The kernel's own traffic, or the memory level's, where that binds.
  var traffic: Double

  var total: Double { launch + arithmetic + traffic }
}

extension PhysicalModel {
  /// Returns the kernels of a workload as this device runs them: fused by its rules, and those that
  /// nothing reads only if it does not leave them out.
  func executed(_ workload: InferenceWorkload) -> [ExecutedKernel] {
    var executed: [ExecutedKernel] = []
    executed.reserveCapacity(workload.kernels.count + workload.idleKernels.count)
    for kernel in workload.kernels {
      executed += split(kernel).map { ExecutedKernel(kernel: $0, isIdle: false) }
    }
    if idleKernels != nil {
      for kernel in workload.idleKernels {
        executed += split(kernel).map { ExecutedKernel(kernel: $0, isIdle: true) }
      }
    }
    return executed
  }

  /// Returns a fused kernel as the kernels that a runtime with these rules makes of it.
  private func split(_ kernel: InferenceKernel) -> [InferenceKernel] {
    var parts: [InferenceKernel] = []
    var head = kernel
    if !fusion.add, kernel.addsResidual, kernel.kind != .elementwise {
      head.addsResidual = false
      parts.append(kernel.elementwise(addsResidual: true))
    }
    if !fusion.activation, kernel.activation != .identity, kernel.kind != .elementwise {
      head.activation = .identity
      parts.append(kernel.elementwise(addsResidual: false))
    }
    return [head] + parts
  }

  /// Returns how long a kernel takes.
  func time(of executed: ExecutedKernel) -> KernelTime {
    let kernel = executed.kernel
    let parameters = (executed.isIdle ? idleKernels ?? kernels : kernels)[kernel.kind.index]
    let bytes = kernel.bytesMoved(at: precision)
    let work = parameters.workMicroseconds(of: kernel)
    let ownTraffic = parameters.gigabytesPerSecond.map { Double(bytes) / (1000 * $0) } ?? 0
    let roof = levels.isEmpty ? 0 : Memory.trafficMicroseconds(bytes: bytes, levels: levels)
    return roof > work + ownTraffic
      ? KernelTime(launch: parameters.overheadMicroseconds, arithmetic: 0, traffic: roof)
      : KernelTime(launch: parameters.overheadMicroseconds, arithmetic: work, traffic: ownTraffic)
  }

  /// Returns the bytes that kernels move, each tensor once, at the model's precision.
  func bytesMoved(by executed: [ExecutedKernel]) -> Int {
    executed.reduce(0) { $0 + $1.kernel.bytesMoved(at: precision) }
  }

  /// Sets one standard deviation of what a single kernel's prediction is wrong by, relative.
  mutating func setUncertainty(_ deviation: Double) {
    for kind in kernels.indices { kernels[kind].relativeUncertainty = deviation }
    for kind in (idleKernels ?? []).indices { idleKernels?[kind].relativeUncertainty = deviation }
  }

  /// Returns the model of a device that is slower by a factor in everything.
  func scaled(by factor: Double) -> PhysicalModel {
    func scaled(_ parameters: KernelParameters) -> KernelParameters {
      var result = parameters
      result.overheadMicroseconds *= factor
      result.gigaMACsPerSecond = parameters.gigaMACsPerSecond.map { $0 / factor }
      result.gigaOperationsPerSecond = parameters.gigaOperationsPerSecond.map { $0 / factor }
      result.gigabytesPerSecond = parameters.gigabytesPerSecond.map { $0 / factor }
      return result
    }
    var result = self
    result.inferenceOverheadMicroseconds *= factor
    result.kernels = kernels.map(scaled)
    result.idleKernels = idleKernels.map { $0.map(scaled) }
    result.levels = levels.map {
      Memory.Level(
        name: $0.name, capacityBytes: $0.capacityBytes,
        bandwidthGigabytesPerSecond: $0.bandwidthGigabytesPerSecond / factor)
    }
    return result
  }
}

extension KernelParameters {
  /// Microseconds of arithmetic if memory were infinitely fast.
  func workMicroseconds(of kernel: InferenceKernel) -> Double {
    var microseconds = 0.0
    if let rate = gigaMACsPerSecond {
      let macs =
        Double(kernel.macs) + outputChannelsHalf * kernel.gatherMACs
        + reductionHalf * kernel.outputMACs + inputChannelsHalf * kernel.tapMACs
      microseconds += macs / (1000 * rate)
    }
    if let rate = gigaOperationsPerSecond {
      microseconds += Double(kernel.operations) / (1000 * rate)
    }
    return microseconds
  }
}

extension InferenceKernel {
  /// Element operations besides MACs: reads of a window, or passes over the activations.
  var operations: Int {
    switch kind {
    case .convolution, .pointwise, .depthwise, .dense: 0
    case .squeezeExcitation: 2 * inputShape.elementCount  // the mean, and the scaling
    case .pooling: kernelSize * kernelSize * outputShape.elementCount
    case .globalPooling: inputShape.elementCount
    case .elementwise, .gelu: outputShape.elementCount
    case .layerNorm: 3 * outputShape.elementCount  // the mean, the deviation, and the scaling
    }
  }

  /// MACs whose time stands for gathering inputs: MACs per output channel.
  var gatherMACs: Double { Double(macs) / Double(outputShape.channels) }
  /// MACs whose time stands for finishing outputs: one per output value.
  var outputMACs: Double { Double(outputShape.elementCount) }

  /// MACs whose time stands for starting a loop over input channels: MACs per channel that a group reads.
  var tapMACs: Double { Double(macs) * Double(groups) / Double(inputShape.channels) }

  /// Returns an elementwise kernel on this one's output.
  fileprivate func elementwise(addsResidual: Bool) -> InferenceKernel {
    var kernel = self
    kernel.kind = .elementwise
    kernel.kernelSize = 1
    kernel.stride = 1
    kernel.inputShape = outputShape
    kernel.activation = addsResidual ? .identity : activation
    kernel.macs = 0
    kernel.weightCount = 0
    kernel.addsResidual = addsResidual
    return kernel
  }
}

extension Memory {
  /// Microseconds to move `bytes` if arithmetic took no time: the bandwidth of the smallest level that
  /// holds them.
  static func trafficMicroseconds(bytes: Int, levels: [Level]) -> Double {
    let level = levels.first { bytes <= $0.capacityBytes ?? .max } ?? levels[levels.count - 1]
    return Double(bytes) / (1000 * level.bandwidthGigabytesPerSecond)
  }
}
