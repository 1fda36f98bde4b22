import HardwareProfiles
import NeuralNetworks

/// Makes a profile of the machine it runs on from micro-benchmarks.
///
/// The inference engine comes in as a closure, so that any runtime can be measured.
public struct HostMeasurement: Sendable {
  public let machine: HostMachine
  public let measurementProtocol: MeasurementProtocol
  /// The day of the measurement, as `2026-01-31`.
  public let date: String

  public init(machine: HostMachine, measurementProtocol: MeasurementProtocol, date: String) {
    self.machine = machine
    self.measurementProtocol = measurementProtocol
    self.date = date
  }
}

/// A measured profile and everything that says how far to believe it.
public struct HostMeasurementResult: Sendable {
  public let profile: HardwareProfile
  /// How well the fit agrees with the probes it was made from, by kind.
  public let fit: [(kind: InferenceKernel.Kind, quality: PredictionQuality)]
  /// How well predictions agree with networks that the fit has not seen; `nil` if none were given.
  public let validation: PredictionQuality?
  /// Predicted and measured milliseconds of the validation networks, in their order.
  public let validationPairs: [(predicted: Double, measured: Double)]
  /// How much slower the last third of the measurements was than the first, as a ratio; far from 1 means
  /// throttling or interference.
  public let drift: Double
  /// Everything that was measured, with the raw samples: probes first, then validation networks, each by
  /// its place.
  public let session: MeasurementSession
}

extension HostMeasurement {
  /// Measures, fits and validates.
  ///
  /// Every network is measured twice, the second time in reverse order, and the lower median counts: what
  /// disturbs a machine only ever adds time.
  ///
  /// - Parameters:
  ///   - name: The profile's name.
  ///   - students: Networks to validate on; ten or more for figures that mean something.
  ///   - progress: Called with the number of measurements done and to do.
  ///   - measure: Measures a network, batch 1, by the measurement's protocol.
  /// - Throws: What `measure` throws.
  public func profile(
    named name: String, validatedOn students: [Network],
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in },
    measure: (Network) throws -> MeasuredLatency
  ) throws -> HostMeasurementResult {
    let probes = try ProbeDesign.probes()
    let networks = probes.map(\.network) + students
    let session = try session(networks, progress: progress, measure)
    let times = networks.indices.map { 1000 * (session.best(of: $0)?.medianMilliseconds ?? .nan) }
    let drift = session.drift ?? 1
    let probeTimes = Array(times.prefix(probes.count))
    let fit = ProbeFit(
      probes: probes, microseconds: probeTimes,
      levels: machine.caches.map { ($0.name, $0.capacityBytes) } + [("DRAM", nil)])

    let kinds = InferenceKernel.Kind.allCases.map { kind in
      let members = probes.indices.filter { probes[$0].kind == kind }
      return (
        kind: kind,
        quality: PredictionQuality(
          predicted: members.map { fit.microseconds(of: probes[$0].network.inferenceKernels) },
          measured: members.map { probeTimes[$0] })
      )
    }
    let measured = times.suffix(students.count).map { $0 / 1000 }
    let predicted = students.map { fit.microseconds(of: $0.inferenceKernels) / 1000 }
    let validation =
      students.isEmpty ? nil : PredictionQuality(predicted: predicted, measured: measured)
    let profile = profile(
      named: name, fit: fit, probes: probes.count, drift: drift, validation: validation,
      sharedUncertainty: fit.sharedUncertainty(of: students, milliseconds: measured))
    return HostMeasurementResult(
      profile: profile, fit: kinds, validation: validation,
      validationPairs: zip(predicted, measured).map { ($0, $1) }, drift: drift, session: session)
  }

  private func session(
    _ networks: [Network], progress: (Int, Int) -> Void,
    _ measure: (Network) throws -> MeasuredLatency
  ) throws -> MeasurementSession {
    var session = MeasurementSession()
    let order = Array(networks.indices)
    for (step, index) in (order + order.reversed()).enumerated() {
      session.record(index, try measure(networks[index]))
      progress(step + 1, 2 * networks.count)
    }
    return session
  }

  private func profile(
    named name: String, fit: ProbeFit, probes: Int, drift: Double,
    validation: PredictionQuality?, sharedUncertainty: Double
  ) -> HardwareProfile {
    fit.profile(
      DeviceDescription(
        name: name, device: machine.processor, measurementProtocol: measurementProtocol,
        memory: Memory(
          ramBytes: machine.ramBytes, flashBytes: machine.ramBytes, weightsIn: .ram, levels: []),
        provenance: Provenance(
          source: .measured,
          text: "Fitted by non-negative least squares to \(probes) micro-benchmarks of one to six "
            + "kernels each, measured twice; drift from the first third of the session to the last "
            + "\(roundedForFile(100 * (drift - 1), digits: 2)) %.",
          date: date, machine: machine.processor)),
      sharedUncertainty: sharedUncertainty, validation: validation)
  }
}
