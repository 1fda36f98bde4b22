import DeviceMeasurement
import FileFormats
import Foundation
import HardwareProfiles
import ProfileEvaluation
import RandomStreams
import SearchSpaces

/// `autodistill profile measure` without a command: a profile of this machine.
struct HostProfileMeasurement {
  private let output: String
  private let name: String
  private let spacePath: String
  private let students: Int
  /// Students that correct the profile, as well as those that check it.
  private let correcting: Int
  private let samplesPath: String?
  private let tablePath: String?
  private let images: ImagesOption

  init(_ arguments: Arguments) throws {
    guard let output = arguments.value("--output") else {
      throw UsageError("profile measure needs --output FILE", ProfileMeasureVerb.self)
    }
    for option in CommandMeasurement.ownOptions where arguments.value(option) != nil {
      throw UsageError("\(option) needs --command: without it this machine is measured")
    }
    self.output = output
    name =
      arguments.value("--name")
      ?? ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    spacePath = arguments.value("--space") ?? "SearchSpaces/mobile-cnn.json"
    students = try arguments.integer("--students", in: 3...10_000) ?? 60
    correcting = try arguments.integer("--correct", in: 0...300) ?? 30
    if correcting == 1 { throw UsageError("--correct: got 1, expected 0 or at least 2") }
    samplesPath = arguments.value("--samples")
    tablePath = arguments.value("--table")
    images = try ImagesOption(arguments)
  }

  func run() throws -> ExitStatus {
    let space = try SearchSpace(contentsOf: spacePath)
    let images = images.images(of: space)
    var stream = RandomStream(seed: 1, purpose: "profile check")
    let architectures = (0..<correcting + students).map { _ in
      space.randomArchitecture(using: &stream)
    }
    let networks = try architectures.map {
      try space.network(for: $0, input: images.shape, classes: images.classes)
    }
    let measurement = HostMeasurement(
      machine: .current(),
      measurementProtocol: .inferenceTimer(
        version: ProgramVersion.current, resolution: "\(images.shape)"), date: profileDay())
    let result = try measurement.profile(
      named: name, validatedOn: networks,
      progress: { done, total in
        if done % 50 == 0 { Terminal.log("   \(done) of \(total) measurements") }
      },
      measure: { try InferenceTimer($0).measure(.probe) })
    if let tablePath {
      let rows = zip(architectures, result.validationPairs).map { architecture, pair in
        space.key(of: architecture) + String(format: ",%.7g\n", pair.measured)
      }
      try AtomicFile.write("architecture,latency_ms\n" + rows.joined(), to: tablePath)
    }
    if let samplesPath { try write(result, architectures.map(space.key), to: samplesPath) }
    let profile =
      correcting == 0 ? result.profile : try corrected(result, architectures, space, images)
    try AtomicFile.write(profile.json(), to: output)
    Terminal.print("profile: \(output)")
    if let validation = profile.validation {
      Terminal.print(
        String(
          format:
            "checked: %d random students: Spearman %.3f, median error %.1f %%, within 10 %%: %.0f %%",
          validation.networks, validation.spearman, validation.medianAbsolutePercentageError,
          100 * validation.within10Percent))
    }
    sayHowSound(result)
    Terminal.print("next:    set \"hardware\" in a study.json to \(output)")
    return .success
  }

  /// Returns the profile of the micro-benchmarks, corrected by the first students and checked on the others.
  private func corrected(
    _ result: HostMeasurementResult, _ architectures: [Architecture], _ space: SearchSpace,
    _ images: TypicalImages
  ) throws -> HardwareProfile {
    let measured = try zip(architectures, result.validationPairs).map { architecture, pair in
      MeasuredWorkload(
        try space.workload(of: architecture, input: images.shape, classes: images.classes),
        latencyMilliseconds: pair.measured)
    }
    return try result.profile.corrected(by: measured, correcting: correcting, ofSpace: space.name)
  }

  private func sayHowSound(_ result: HostMeasurementResult) {
    let count = result.session.entries.count
    let disturbed = result.session.entries.count { $0.latency.isDisturbed }
    let drift = 100 * (result.drift - 1)
    Terminal.print(
      String(
        format: "sound:   %d of %d measurements undisturbed; drift %+.1f %%", count - disturbed,
        count, drift))
    if MeasuredLatency.isDrift(result.drift) {
      Terminal.log(
        "the machine got \(drift > 0 ? "slower" : "faster") while it was measured (throttling, or other "
          + "work): measure again when it is idle")
    }
  }

  /// Writes every measurement as a line: probes by their number, students by their key.
  private func write(
    _ result: HostMeasurementResult, _ keys: [String], to path: String
  ) throws {
    let probes = (result.session.entries.map(\.item).max() ?? -1) + 1 - keys.count
    let lines = try result.session.entries.map { entry in
      let name = entry.item < probes ? "probe \(entry.item)" : keys[entry.item - probes]
      return try SampleLine(name, entry.latency).json + "\n"
    }
    try AtomicFile.write(lines.joined(), to: path)
    Terminal.print("samples: \(path)")
  }
}
