import DeviceMeasurement
import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import TFLiteFiles

/// After the full trainings: the students are timed on the device, if it can be reached.
///
/// One at a time, while nothing else runs. What is measured does not depend on chance as everything before
/// does, so nothing before may depend on it: no proposal, no finalist.
struct MeasurementStage {
  let inputs: StudyInputs
  let context: StudyContext
  let journal: Journal

  /// Times the students that have not been timed on the study's device.
  ///
  /// A device that cannot be reached is told to the user and no error; the next run tries it again.
  ///
  /// - Throws: `StudyError.interrupted`, or an error of the study's own files.
  func run() throws {
    guard let device = MeasuringDevice.of(inputs, context) else { return }
    let students = StudyResults(inputs.definition, journal.state).students
      .map(\.trial).sorted()
    let open = students.filter {
      journal.state.measurement(of: $0, by: device.source) == nil
    }
    guard !open.isEmpty else { return }
    context.report(.stage("measurement"))
    // One student that the device cannot run must not keep the others from being timed; where two in a row
    // fail, the device is taken to be away.
    var failures = 0
    for (index, trial) in open.enumerated() where failures < 2 {
      try context.checkCancelled()
      try context.checkLimits()
      context.report(
        .advance(done: Double(index), total: open.count, detail: "students on the device"))
      do {
        try measure(trial, on: device)
        failures = 0
      } catch let error as CommandDeviceError where error.problem == .cancelled {
        throw StudyError.interrupted
      } catch let error as CommandDeviceError {
        failures += 1
        tellUnreachable(error)
      } catch let error as LatencyError {
        failures += 1
        tellUnreachable(error)
      }
    }
  }

  private func tellUnreachable(_ error: any Error) {
    context.report(
      .note("not measured, the front keeps predicted latencies: \(error); the next run tries again")
    )
  }

  private func measure(_ trial: Int, on device: MeasuringDevice) throws {
    let key = journal.state.trials[trial].key
    // The reference of all is the student that was measured first, whenever that was.
    let first = journal.state.measured.first { $0.source == device.source }
    var reference = 0.0
    func attempt() throws -> MeasuredLatency {
      if let first { reference = try latency(of: first.trial, on: device).medianMilliseconds }
      let latency = try latency(of: trial, on: device)
      if first == nil { reference = latency.medianMilliseconds }
      return latency
    }
    func hasDrifted() -> Bool {
      first.map { MeasuredLatency.isDrift(reference / $0.referenceMilliseconds) } ?? false
    }
    var (best, attempts) = (try attempt(), 1)
    var isDrifting = best.isDrifting || hasDrifted()
    if isDrifting || best.isDisturbed {
      attempts = 2
      let before = (latency: best, reference: reference, isDrifting: isDrifting)
      best = try attempt()
      isDrifting = best.isDrifting || hasDrifted()
      let isSound = !isDrifting && !best.isDisturbed
      if !isSound && before.latency.medianMilliseconds <= best.medianMilliseconds {
        (best, reference, isDrifting) = before
      }
    }
    try keep(best, of: key)
    let measured = JournalEvent.Measured(
      trial: trial, key: key, profile: device.profile, source: device.source,
      measurementProtocol: device.protocolDescription, isComparable: device.isComparable,
      latencyMilliseconds: best.medianMilliseconds,
      latencyStandardErrorMilliseconds: best.standardErrorMilliseconds,
      samples: best.samples.count, drift: best.drift, referenceMilliseconds: reference,
      isDrifting: isDrifting, isDisturbed: best.isDisturbed, attempts: attempts)
    try journal.append(.measured(measured))
    context.report(.measured(measured))
    context.report(
      .note(
        String(format: "trial %d: %.4g ms measured", trial, best.medianMilliseconds)
          + (question(best, of: trial, on: device).map { "; \($0)" } ?? "")
          + (isDrifting || best.isDisturbed ? ", doubtful: the device was busy or drifted" : "")))
  }

  /// Whether a latency is ten times off its prediction.
  private func question(
    _ latency: MeasuredLatency, of trial: Int, on device: MeasuringDevice
  ) -> LatencyQuestion? {
    let costs = journal.state.trials[trial].costs.devices.first { $0.profile == device.profile }
    return costs?.latencyMilliseconds.flatMap {
      LatencyQuestion(
        measuredMilliseconds: latency.medianMilliseconds, expectedMilliseconds: $0)
    }
  }

  private func latency(of trial: Int, on device: MeasuringDevice) throws -> MeasuredLatency {
    let key = journal.state.trials[trial].key
    let network = try inputs.network(of: inputs.space.architecture(key: key))
    let path = inputs.folder.weights(of: key)
    // Only the first repetition leaves weights. Where it failed, any do: they do not change the latency.
    let model =
      FileManager.default.fileExists(atPath: path)
      ? try TrainedModel(network, contentsOf: path) : TrainedModel(untrained: network)
    return try device.measure(try exported(model, key), key)
  }

  /// Returns the student in the study's arithmetic. One without weights is quantised as it is.
  private func exported(_ model: TrainedModel, _ key: String) throws -> ExportedStudent {
    guard let settings = inputs.definition.quantization else { return ExportedStudent(model) }
    guard inputs.folder.keeps(key, in: .int8) else {
      return try ExportedStudent(
        quantizing: model, calibrationImages: settings.calibrationImages, of: inputs.reader,
        seed: inputs.definition.seed)
    }
    let file = try TFLiteFile.read(inputs.folder.integerModel(of: key))
    return ExportedStudent(model, integers: file.model)
  }

  /// Keeps the raw samples next to the weights, before the journal says that there are any.
  private func keep(_ latency: MeasuredLatency, of key: String) throws {
    try Folder.create(inputs.folder.candidate(key))
    try AtomicFile.write(
      SampleLine(key, latency).json + "\n",
      to: inputs.folder.candidate(key) + "/latency-samples.json")
  }
}
