import Foundation
import NeuralNetworks
import Statistics

/// The profile of a device: what `NetworkFit` learns from measured networks, the energy fitted to theirs, and
/// what is said of the device.
public struct DeviceFit: Sendable {
  /// The fitted profile, without validation.
  public let profile: HardwareProfile
  private let measurements: [MeasuredWorkload]
  /// The rates that predict best without a correction.
  private let bareModel: PhysicalModel

  /// Fits measurements.
  ///
  /// - Parameters:
  ///   - base: The profile of a similar device; its rates are kept but for one factor, and measurements
  ///     correct them. Without one, each kind's rates are fitted.
  /// - Throws: `DeviceFitError`.
  public init(
    _ measurements: [MeasuredWorkload], base: HardwareProfile? = nil, description: DeviceDescription
  ) throws(DeviceFitError) {
    guard measurements.count >= 2 else { throw .tooFew(measurements.count) }
    // The correction holds for one physical model, so the size of values must be right from the start.
    var prior = base?.physical ?? .generic
    prior.precision = description.measurementProtocol.precision
    guard let fit = NetworkFit(measurements, prior: prior, refitsFactors: base == nil) else {
      throw .notFittable
    }
    self.measurements = measurements
    bareModel = NetworkFit.uncorrectedModel(
      measurements, prior: prior, refitsFactors: base == nil)
    let model = fit.model
    var memory = description.memory
    memory.levels = model.levels
    let bare = HardwareProfile(
      name: description.name, device: description.device,
      measurementProtocol: description.measurementProtocol, memory: memory, physical: model,
      correction: fit.correction, energy: nil, relativeUncertainty: 0.3,
      provenance: description.provenance, validation: nil, deployment: description.deployment)
    profile = bare.with(
      energy: Energy(fitting: measurements, predictedBy: bare) ?? description.energy
        ?? base?.energy,
      validation: nil)
  }

  /// The profile without the measured networks, for a file that must not hold them: rates alone, as unsure as
  /// they are of these networks.
  public var ratesProfile: HardwareProfile {
    let scales = profile.correction?.scales ?? CorrectionScales()
    let alone = (scales.shape * scales.shape + scales.kernel * scales.kernel).squareRoot()
    var physical = bareModel
    physical.setUncertainty(roundedForFile(min(0.5, max(0.02, alone)), digits: 2))
    let own = physical.kernels[0].relativeUncertainty
    // What all kernels must err by together for nine in ten networks to lie in their 90 % interval.
    let needed = measurements.map { measurement in
      let sketch = NetworkSketch(measurement.workload, on: physical)
      let error =
        (1000 * measurement.latencyMilliseconds / sketch.total - 1)
        / PredictionQuality.intervalReach
      let explained = sketch.parts.reduce(0.0) { sum, part in
        let share = part.count.squareRoot() * own * part.time.total / sketch.total
        return sum + share * share
      }
      return max(0, error * error - explained).squareRoot()
    }
    let shared = quantile(needed.sorted(), probability: 0.9)
    var memory = profile.memory
    memory.levels = physical.levels
    return HardwareProfile(
      name: profile.name, device: profile.device,
      measurementProtocol: profile.measurementProtocol, memory: memory, physical: physical,
      energy: profile.energy,
      relativeUncertainty: roundedForFile(min(0.9, max(0.02, shared)), digits: 2),
      provenance: profile.provenance, validation: nil, deployment: profile.deployment)
  }

  /// The most networks that a fit takes; of more, those that spread evenly over the latencies.
  public static var mostNetworks: Int { NetworkFit.mostNetworks }

  /// How well the profile predicts networks that it has not seen.
  public func quality(on heldOut: [MeasuredWorkload]) -> PredictionQuality {
    profile.quality(on: heldOut)
  }

  /// How well each measured network is predicted from all others.
  public func leaveOneOutQuality() -> PredictionQuality? {
    guard let correction = profile.correction else { return nil }
    let left = correction.leaveOneOut()
    let measured = correction.networks.map { $0.latencyMicroseconds / 1000 }
    return PredictionQuality(
      predicted: left.map(\.prediction), measured: measured,
      standardErrors: zip(left, measured).map { one, measured in
        // The error in units of which it was `standardErrors`, widened as all predictions are.
        abs(measured - one.prediction) / max(abs(one.standardErrors), 1e-12)
          * correction.intervalFactor
      })
  }
}

extension HardwareProfile {
  /// Whether a network of a space is among those that the profile was corrected by, as far as its file says.
  public func isCorrected(by workload: InferenceWorkload) -> Bool {
    guard let origin = workload.origin, let correction else { return false }
    return correction.networks.contains { $0.origin == origin }
  }

  /// How well the profile predicts measured networks.
  public func quality(on networks: [MeasuredWorkload]) -> PredictionQuality {
    let estimates = networks.map { predict($0.workload) }
    return PredictionQuality(
      predicted: estimates.map(\.latencyMilliseconds),
      measured: networks.map(\.latencyMilliseconds),
      standardErrors: estimates.map(\.latencyStandardErrorMilliseconds))
  }

  /// Returns the profile with another validation.
  public func with(validation: PredictionQuality, method: Validation.Method) -> HardwareProfile {
    with(energy: energy, validation: Validation(validation, method: method))
  }

  fileprivate func with(energy: Energy?, validation: Validation?) -> HardwareProfile {
    HardwareProfile(
      name: name, device: device, measurementProtocol: measurementProtocol, memory: memory,
      physical: physical, correction: correction, energy: energy,
      relativeUncertainty: relativeUncertainty, provenance: provenance, validation: validation,
      deployment: deployment)
  }
}

extension Energy {
  /// Fits the energies that were measured: non-negative least squares on relative errors.
  ///
  /// - Returns: Nil if fewer than three energies were measured.
  fileprivate init?(fitting measurements: [MeasuredWorkload], predictedBy profile: HardwareProfile)
  {
    var rows: [[Double]] = []
    for measurement in measurements {
      guard let energy = measurement.energyMillijoules else { continue }
      let workload = measurement.workload
      let bytes = profile.physical.bytesMoved(by: profile.physical.executed(workload))
      let causes = [
        1e-9 * Double(workload.costs.macs), 1e-9 * Double(bytes),
        1e-3 * measurement.latencyMilliseconds,
      ]
      rows.append(causes.map { $0 / energy })
    }
    guard rows.count >= 3 else { return nil }
    let solution = nonnegativeLeastSquares(rows, [Double](repeating: 1, count: rows.count))
    guard solution.contains(where: { $0 > 0 }) else { return nil }
    self.init(
      picojoulesPerMAC: roundedForFile(solution[0]), picojoulesPerByte: roundedForFile(solution[1]),
      staticPowerMilliwatts: roundedForFile(solution[2]))
  }
}

/// Measurements that no profile can be made of.
public enum DeviceFitError: Error, Hashable, CustomStringConvertible {
  case tooFew(Int)
  case notFittable

  public var description: String {
    switch self {
    case .tooFew(let count):
      "got \(count) measured networks, expected 2 or more, and 10 for a profile to be of use"
    case .notFittable:
      "the latencies fit no model: are they of these architectures, in milliseconds?"
    }
  }
}
