// Latency of a network: what its kernels take by the physical model, and what measurements of whole
// networks add to or take from it.

import DeployedModels
import NeuralNetworks

/// What one kernel is predicted to cost.
public struct KernelEstimate: Hashable, Sendable {
  /// Which side of the roofline binds.
  public enum Bound: String, Hashable, Sendable, Codable {
    case compute
    case memory
  }

  public let kernel: InferenceKernel
  /// Whether nothing reads the kernel's result.
  public let isIdle: Bool
  /// Microseconds, launch included.
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
  /// Bytes of the largest kernel's input, weights and output.
  public let workingSetBytes: Int
  /// What the deployed network takes; nil where the profile says nothing of its runtime, or the workload is of another
  /// program.
  public let deployed: DeployedCosts?
  /// Microseconds that are no kernel's: the inference's own, and what measured networks took more or less
  /// than their kernels, and what slow operators take.
  public let otherMicroseconds: Double
  /// Every kernel that the device runs, in the order of execution, idle ones last.
  public let kernels: [KernelEstimate]
}

extension HardwareProfile {
  /// Returns the predicted cost of one inference of `network`, fused as `inferenceKernels` says.
  public func predict(_ network: Network) -> CostEstimate {
    predict(InferenceWorkload(network))
  }

  /// Returns the predicted cost of one inference.
  ///
  /// - Parameter model: The workload as a file has it, for what its runtime takes; nil for the workload's network.
  public func predict(
    _ workload: InferenceWorkload, deployed model: DeployedModel? = nil
  ) -> CostEstimate {
    let executed = physical.executed(workload)
    let times = executed.map { physical.time(of: $0) }
    let latency =
      correction.map {
        $0.latency(
          of: NetworkSketch(counting: executed, origin: workload.origin, on: physical),
          kernels: executed)
      } ?? physicalLatency(executed, times)
    let precision = physical.precision
    let deployed =
      model.flatMap { deployment?.costs(of: $0) }
      ?? deployment?.costs(of: workload, precision: precision)
    let microseconds = latency.microseconds + (deployed?.slowMicroseconds ?? 0)
    // Of a slow operator little more is known than how slow it is.
    let deviation = 0.5 * (deployed?.slowMicroseconds ?? 0)
    let variance =
      latency.standardErrorMicroseconds * latency.standardErrorMicroseconds
      + deviation * deviation
    let weightBytes = workload.weightBytes(at: precision)
    let activationBytes = precision.bytes(ofFP32: workload.costs.peakActivationBytes)
    let estimates = executed.indices.map { index in
      KernelEstimate(
        kernel: executed[index].kernel, isIdle: executed[index].isIdle,
        latencyMicroseconds: latency.kernels[index],
        bound: times[index].arithmetic >= times[index].traffic ? .compute : .memory)
    }
    return CostEstimate(
      latencyMilliseconds: microseconds / 1000,
      latencyStandardErrorMilliseconds: deviation > 0
        ? variance.squareRoot() / 1000 : latency.standardErrorMicroseconds / 1000,
      energyMillijoules: energy?.millijoules(
        macs: workload.costs.macs, bytes: physical.bytesMoved(by: executed),
        milliseconds: microseconds / 1000),
      peakMemoryBytes: activationBytes + (memory.weightsIn == .ram ? weightBytes : 0),
      weightBytes: weightBytes,
      workingSetBytes: workload.workingSetBytes(at: precision), deployed: deployed,
      otherMicroseconds: microseconds - latency.kernels.reduce(0, +), kernels: estimates)
  }

  /// The latency where no measured network says better: the kernels' sum, and as its error what they err by
  /// together and each alone.
  private func physicalLatency(_ executed: [ExecutedKernel], _ times: [KernelTime]) -> Latency {
    let sum = times.reduce(0) { $0 + $1.total }
    let total = physical.inferenceOverheadMicroseconds + sum
    let shared = relativeUncertainty * total
    let variance = zip(executed, times).reduce(shared * shared) { sum, pair in
      let deviation =
        physical.kernels[pair.0.kernel.kind.index].relativeUncertainty * pair.1.total
      return sum + deviation * deviation
    }
    return Latency(
      microseconds: total, standardErrorMicroseconds: variance.squareRoot(),
      kernels: times.map(\.total))
  }
}

/// A predicted latency in microseconds.
struct Latency {
  var microseconds: Double
  /// One standard deviation of its error.
  var standardErrorMicroseconds: Double
  /// The share of each kernel, in the order of execution.
  var kernels: [Double]
}

extension Energy {
  /// Returns the energy of an inference: arithmetic, traffic, and power drawn while it lasts.
  func millijoules(macs: Int, bytes: Int, milliseconds: Double) -> Double {
    1e-9 * (picojoulesPerMAC * Double(macs) + picojoulesPerByte * Double(bytes))
      + 1e-3 * staticPowerMilliwatts * milliseconds
  }
}
