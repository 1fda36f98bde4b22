import Foundation
import NeuralNetworks
import RandomStreams

@testable import HardwareProfiles

/// A device that behaves exactly as a known profile says, with noise that only ever adds time.
struct SyntheticDevice {
  let profile: HardwareProfile
  /// One standard deviation of the relative noise.
  let noise: Double

  /// Returns the microseconds of one inference.
  func microseconds(_ network: Network, _ random: inout RandomStream) -> Double {
    let kernels = network.inferenceKernels
    let exact = kernels.reduce(profile.physical.inferenceOverheadMicroseconds) {
      $0 + profile.latencyMicroseconds(of: $1)
    }
    return exact * (1 + noise * abs(random.normal()))
  }

  /// A processor with two caches whose depthwise convolutions are slow.
  static func desktop(noise: Double) -> SyntheticDevice {
    func kernel(
      _ overhead: Double, macs: Double? = nil, operations: Double? = nil, channels: Double = 0,
      reduction: Double = 0
    ) -> KernelParameters {
      KernelParameters(
        overheadMicroseconds: overhead, gigaMACsPerSecond: macs,
        gigaOperationsPerSecond: operations, outputChannelsHalf: channels,
        reductionHalf: reduction, relativeUncertainty: 0.1)
    }
    let profile = HardwareProfile(
      name: "synthetic", device: "a synthetic device",
      measurementProtocol: MeasurementProtocol(
        runtime: "synthetic", resolution: "any", affinity: "none", thermal: "none"),
      memory: Memory(
        ramBytes: 1 << 32, flashBytes: 1 << 32, weightsIn: .ram,
        levels: [
          Memory.Level(name: "L1", capacityBytes: 1 << 15, bandwidthGigabytesPerSecond: 80),
          Memory.Level(name: "L2", capacityBytes: 1 << 20, bandwidthGigabytesPerSecond: 30),
          Memory.Level(name: "DRAM", capacityBytes: nil, bandwidthGigabytesPerSecond: 9),
        ]),
      inferenceOverheadMicroseconds: 3,
      kernelParameters: [
        kernel(1.5, macs: 30, channels: 12, reduction: 20),
        kernel(0.8, macs: 35, channels: 6, reduction: 10),
        kernel(0.6, macs: 8, channels: 4, reduction: 9),
        kernel(0.4, macs: 6),
        kernel(2, macs: 3, operations: 4),
        kernel(0.5, operations: 2),
        kernel(0.3, operations: 6),
        kernel(0.2, operations: 5),
        kernel(0.6, operations: 3),
        kernel(0.4, operations: 1.5),
      ],
      energy: nil, relativeUncertainty: 0.1,
      provenance: Provenance(
        source: .published, text: "made up", date: "2026-01-31", machine: nil),
      validation: nil)
    return SyntheticDevice(profile: profile, noise: noise)
  }
}

/// Random students: stem, inverted residual blocks of random width, window and stride, head.
func randomStudents(_ count: Int, _ random: inout RandomStream) throws -> [Network] {
  var students: [Network] = []
  for _ in 0..<count {
    var builder = NetworkBuilder(input: TensorShape(height: 28, width: 28, channels: 1))
    let stem = 8 * (1 + random.integer(below: 4))
    try builder.unit(
      .convolution(
        kernel: 3, stride: 1 + random.integer(below: 2), channels: stem, bias: false))
    for _ in 0..<(2 + random.integer(below: 6)) {
      let (source, inputs) = (builder.current, builder.currentShape.channels)
      let outputs = 8 * (1 + random.integer(below: 10))
      let stride = 1 + random.integer(below: 4) / 3
      try builder.unit(
        .convolution(
          kernel: 1, stride: 1, channels: inputs * (1 + random.integer(below: 4)), bias: false))
      try builder.unit(
        .depthwiseConvolution(kernel: 3 + 2 * random.integer(below: 3), stride: stride))
      if random.integer(below: 2) == 0 {
        try builder.append(.squeezeExcitation(hidden: max(4, inputs / 4)))
      }
      try builder.append(.convolution(kernel: 1, stride: 1, channels: outputs, bias: false))
      try builder.append(.batchNorm)
      if stride == 1 && inputs == outputs { try builder.add(source) }
    }
    try builder.unit(.convolution(kernel: 1, stride: 1, channels: 128, bias: false))
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 10))
    students.append(try builder.network())
  }
  return students
}

extension HardwareProfile {
  /// Creates a profile of a physical model without a correction.
  init(
    name: String, device: String, measurementProtocol: MeasurementProtocol, memory: Memory,
    inferenceOverheadMicroseconds: Double, kernelParameters: [KernelParameters], energy: Energy?,
    relativeUncertainty: Double, provenance: Provenance, validation: Validation?
  ) {
    self.init(
      name: name, device: device, measurementProtocol: measurementProtocol, memory: memory,
      physical: PhysicalModel(
        inferenceOverheadMicroseconds: inferenceOverheadMicroseconds, kernels: kernelParameters,
        levels: memory.levels, precision: measurementProtocol.precision),
      energy: energy, relativeUncertainty: relativeUncertainty, provenance: provenance,
      validation: validation)
  }

  /// The latency of one kernel by the physical model in microseconds, its launch included.
  func latencyMicroseconds(of kernel: InferenceKernel) -> Double {
    physical.time(of: ExecutedKernel(kernel: kernel, isIdle: false)).total
  }

  /// The parameters of a kernel kind.
  func parameters(of kind: InferenceKernel.Kind) -> KernelParameters {
    physical.kernels[kind.index]
  }
}
