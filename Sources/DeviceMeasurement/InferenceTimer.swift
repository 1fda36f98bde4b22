import Dispatch
import HardwareProfiles
import NeuralNetworks
import RandomStreams
import TensorKernels

/// Times single inferences of one image on one thread of this machine.
public struct InferenceTimer {
  private let plan: any InferencePlan

  /// Times a plan, on an image of noise.
  public init(_ plan: any InferencePlan) {
    self.plan = plan
    var stream = RandomStream(seed: 1, purpose: "timed image")
    for i in 0..<plan.imageFloats { plan.input[i] = Float(stream.normal()) }
  }

  /// Times an engine on a network with random weights, which do not change what is computed.
  public init(_ network: Network, as engine: any NetworkPlan.Type = FloatInferencePlan.self) {
    let layout = ParameterLayout(network)
    let memory = FloatArena(count: layout.parameterFloats + layout.statisticFloats)
    layout.initialize(memory.base, seed: 1)
    let statistics = memory.base + layout.parameterFloats
    for i in 0..<layout.statisticFloats { statistics[i] = 1 }
    self.init(
      engine.init(network, parameters: memory.base, statistics: statistics, capacity: 1))
  }

  /// Runs one inference and returns its milliseconds.
  public func milliseconds() -> Double {
    let began = DispatchTime.now().uptimeNanoseconds
    plan.run(images: 1)
    // A clock that stands still for less than a tick would give 0.
    return Double(max(1, DispatchTime.now().uptimeNanoseconds - began)) / 1e6
  }

  /// Measures the network.
  public func measure(_ measurement: LatencyMeasurement) throws -> MeasuredLatency {
    try measurement.measure(milliseconds)
  }
}

extension MeasurementProtocol {
  /// How `InferenceTimer` measures.
  ///
  /// - Parameters:
  ///   - version: The program's version.
  ///   - resolution: The image sizes, in words.
  public static func inferenceTimer(version: String, resolution: String) -> MeasurementProtocol {
    MeasurementProtocol(
      runtime: "autodistill \(version)", precision: .fp32, batch: 1, threads: 1,
      resolution: resolution, affinity: "none", thermal: "not controlled")
  }
}

extension HardwareProfile {
  /// Whether its latencies were measured on a machine with this one's processor, by this program's engine
  /// and the protocol of `InferenceTimer`, so that more can be measured here.
  ///
  /// The resolution is left out: it says in words which images the profile's numbers stand for.
  public func isMeasurable(on machine: HostMachine, version: String) -> Bool {
    let own = MeasurementProtocol.inferenceTimer(
      version: version, resolution: measurementProtocol.resolution)
    return provenance.source == .measured && provenance.machine == machine.processor
      && measurementProtocol == own
  }
}
