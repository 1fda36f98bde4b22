import NeuralNetworks
import RandomStreams

@testable import HardwareProfiles

/// Random workloads to fit devices to.
enum FitFixtures {
  /// What a workload brings besides the kernels that its result depends on.
  enum Kind: CaseIterable, Sendable {
    case plain
    case keys
    case keysAndIdleKernels
  }

  /// Returns random students, with keys of six digits of 0…4 and idle kernels where they are wanted.
  ///
  /// A digit below 2 stands for an idle convolution, so that keys say something of idle kernels.
  static func workloads(
    _ count: Int, _ kind: Kind = .plain, _ random: inout RandomStream
  ) throws -> [InferenceWorkload] {
    try randomStudents(count, &random).map { network in
      guard kind != .plain else { return InferenceWorkload(network) }
      let digits = (0..<6).map { _ in random.integer(below: 5) }
      let idle = digits.enumerated().filter { $0.element < 2 }.map { index, digit in
        convolution(channels: 16 << (index / 2), side: 14 >> (index / 3), kernel: 1 + 2 * digit)
      }
      return InferenceWorkload(
        network, idleKernels: kind == .keys ? [] : idle,
        origin: InferenceWorkload.Origin(
          space: "made up", key: digits.map(String.init).joined()))
    }
  }

  /// A convolution that keeps the shape and adds its result to another tensor.
  static func convolution(channels: Int, side: Int, kernel: Int) -> InferenceKernel {
    let shape = TensorShape(height: side, width: side, channels: channels)
    let weights = kernel * kernel * channels * channels
    return InferenceKernel(
      kind: kernel == 1 ? .pointwise : .convolution, kernelSize: kernel, stride: 1, groups: 1,
      inputShape: shape, outputShape: shape, activation: .relu, macs: weights * side * side,
      weightCount: weights + channels, addsResidual: true)
  }

  /// The different kernels of networks, in the order in which they first occur.
  static func kernels(of sketches: [NetworkSketch]) -> [ExecutedKernel] {
    var seen: Set<ExecutedKernel> = []
    return sketches.flatMap(\.parts).map(\.kernel).filter { seen.insert($0).inserted }
  }

  /// Scales that are all different from those a fit starts at.
  static func scales(_ random: inout RandomStream) -> CorrectionScales {
    var scales = CorrectionScales()
    scales.point = scales.point.map { $0 + 0.5 * random.normal() }
    return scales
  }

  /// A correction of the generic model by measurements, its scales and trust as given.
  static func correction(
    _ measurements: [MeasuredWorkload], weights: [Double], scales: CorrectionScales,
    unit: Double = 3000, intervalFactor: Double = 1
  ) -> LatencyCorrection? {
    let sketches = measurements.map { NetworkSketch($0.workload, on: .generic) }
    let kernels = kernels(of: sketches)
    let networks = measurements.indices.map { index in
      MeasuredNetwork(
        kernels: sketches[index].parts.map { part in
          MeasuredNetwork.KernelCount(
            index: kernels.firstIndex(of: part.kernel) ?? 0, count: Int(part.count))
        },
        origin: measurements[index].workload.origin,
        latencyMicroseconds: 1000 * measurements[index].latencyMilliseconds,
        weight: weights[index])
    }
    return LatencyCorrection(
      scales: scales, unitMicroseconds: unit, intervalFactor: intervalFactor, kernels: kernels,
      networks: networks, on: .generic)
  }

  /// What profiles say beside what is fitted.
  static func description(
    precision: MeasurementProtocol.Precision = .fp32
  ) -> DeviceDescription {
    DeviceDescription(
      name: "fitted", device: "a made-up device",
      measurementProtocol: MeasurementProtocol(
        runtime: "made up", precision: precision, resolution: "any", affinity: "none",
        thermal: "none"),
      memory: Memory(ramBytes: nil, flashBytes: nil, weightsIn: .ram, levels: []),
      provenance: Provenance(source: .fitted, text: "made up", date: "2026-01-31", machine: nil))
  }
}

extension SyntheticDevice {
  /// Measures workloads: noise as `noise` says, on both sides; idle kernels only if they are run.
  func measurements(
    _ workloads: [InferenceWorkload], runsIdleKernels: Bool = false, slowness: Double = 1,
    _ random: inout RandomStream
  ) -> [MeasuredWorkload] {
    workloads.map { workload in
      let kernels = workload.kernels + (runsIdleKernels ? workload.idleKernels : [])
      let exact = kernels.reduce(profile.physical.inferenceOverheadMicroseconds) {
        $0 + profile.latencyMicroseconds(of: $1)
      }
      return MeasuredWorkload(
        workload,
        latencyMilliseconds: slowness * exact * (1 + noise * random.normal()) / 1000)
    }
  }
}
