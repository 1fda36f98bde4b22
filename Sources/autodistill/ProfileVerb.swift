import Distillation
import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import TensorKernels

/// `autodistill profile measure`
struct ProfileVerb: Verb {
  static let name = "profile measure"
  static let summary = "measures this machine and writes its hardware profile"
  static let operands: [String] = []
  static let options = ["--output", "--name", "--space", "--students"]
  static let help = """
    USAGE: autodistill profile measure --output FILE [--name NAME] [--space FILE] [--students N]

    Times single kernels of the inference engine (one image, one thread, fp32) on this machine, fits
    the profile's parameters and checks them on students drawn from a search space. Takes about a
    minute; leave the machine alone meanwhile.

    --output FILE    the profile to write, such as HardwareProfiles/mine.json
    --name NAME      the profile's name (default: the file's)
    --space FILE     the search space of the check (default: SearchSpaces/mobile-cnn.json)
    --students N     students of the check (default: 60)
    """

  private let output: String
  private let name: String
  private let spacePath: String
  private let students: Int

  init(_ arguments: Arguments) throws {
    guard let output = arguments.value("--output") else {
      throw UsageError("profile measure needs --output FILE", ProfileVerb.self)
    }
    self.output = output
    name =
      arguments.value("--name")
      ?? ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    spacePath = arguments.value("--space") ?? "SearchSpaces/mobile-cnn.json"
    students = try arguments.integer("--students", in: 3...10_000) ?? 60
  }

  func run() throws -> ExitStatus {
    let space = try SearchSpace(contentsOf: spacePath)
    let shape = TensorShape(height: 28, width: 28, channels: 1)
    var stream = RandomStream(seed: 1, purpose: "profile check")
    let networks = try (0..<students).map { _ in
      try space.network(
        for: space.randomArchitecture(using: &stream), input: shape, classes: 10)
    }
    let measurement = HostMeasurement(
      machine: .current(),
      measurementProtocol: MeasurementProtocol(
        runtime: "autodistill \(AutoDistillCommand.version)", precision: .fp32, batch: 1,
        threads: 1, resolution: "28×28×1", affinity: "none", thermal: "not controlled"),
      date: String(ISO8601DateFormatter().string(from: Date()).prefix(10)))
    let result = try measurement.profile(
      named: name, validatedOn: networks,
      progress: { done, total in
        if done % 50 == 0 { Terminal.log("   \(done) of \(total) measurements") }
      },
      microseconds: { InferenceTimer.medianMicroseconds($0) })
    try AtomicFile.write(result.profile.json(), to: output)
    Terminal.print("profile: \(output)")
    if let validation = result.profile.validation {
      Terminal.print(
        String(
          format:
            "checked: %d random students: Spearman %.3f, median error %.1f %%, within 10 %%: %.0f %%",
          validation.networks, validation.spearman, validation.medianAbsolutePercentageError,
          100 * validation.within10Percent))
    }
    Terminal.print("next:    set \"hardware\" in a study.json to \(output)")
    return .success
  }
}

/// Times one image through a network on one thread.
enum InferenceTimer {
  /// Returns the latencies of single inferences in microseconds, sorted.
  ///
  /// Weights are random: they do not change what is computed.
  static func sortedMicroseconds(
    _ network: Network, seconds: Double = 0.03, fewest: Int = 15
  ) -> [Double] {
    let layout = ParameterLayout(network)
    let memory = FloatArena(count: layout.parameterFloats + layout.statisticFloats + 64)
    layout.initialize(memory.base, seed: 1)
    let statistics = memory.base + layout.parameterFloats
    for i in 0..<layout.statisticFloats { statistics[i] = 1 }
    let plan = InferencePlan(network, parameters: memory.base, statistics: statistics)
    var stream = RandomStream(seed: 1, purpose: "timed image")
    for i in 0..<network.inputShape.elementCount { plan.input[i] = Float(stream.normal()) }
    for _ in 0..<3 { plan.run(images: 1) }
    var times: [Double] = []
    let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
    while times.count < fewest || DispatchTime.now().uptimeNanoseconds < end {
      let began = DispatchTime.now().uptimeNanoseconds
      plan.run(images: 1)
      times.append(Double(DispatchTime.now().uptimeNanoseconds - began) / 1000)
    }
    return times.sorted()
  }

  static func medianMicroseconds(_ network: Network) -> Double {
    let times = sortedMicroseconds(network)
    return times[times.count / 2]
  }
}
