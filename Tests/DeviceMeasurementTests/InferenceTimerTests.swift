import NeuralNetworks
import Testing

@testable import DeviceMeasurement
@testable import HardwareProfiles

@Suite("timing on this machine")
struct InferenceTimerTests {
  @Test("gives times above 0, of a network with norms or without")
  func times() throws {
    for hasNorm in [true, false] {
      var builder = NetworkBuilder(input: TensorShape(height: 8, width: 8, channels: 1))
      try builder.append(.convolution(kernel: 3, stride: 1, channels: 4, bias: !hasNorm))
      if hasNorm { try builder.append(.batchNorm) }
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 3))
      let latency = try InferenceTimer(try builder.network())
        .measure(LatencyMeasurement(warmUp: 1, samples: 10...20, leastMilliseconds: 0.1))
      #expect((10...20).contains(latency.samples.count))
      #expect(latency.samples.allSatisfy { $0 > 0 && $0 < 1000 })
    }
  }

  @Test("is possible for a profile of this machine and this version, and for no other")
  func isMeasurable() throws {
    let base = try HardwareProfile(contentsOf: MadeUpDevice.shippedProfile)
    func profile(
      version: String = "1", source: Provenance.Source = .measured, machine: String? = "CPU",
      threads: Int = 1
    ) -> HardwareProfile {
      let own = MeasurementProtocol.inferenceTimer(version: version, resolution: "any")
      return HardwareProfile(
        name: "mine", device: "CPU",
        measurementProtocol: MeasurementProtocol(
          runtime: own.runtime, threads: threads, resolution: own.resolution,
          affinity: own.affinity, thermal: own.thermal),
        memory: base.memory, physical: base.physical, energy: nil, relativeUncertainty: 0.1,
        provenance: Provenance(source: source, text: "text", date: "2026-01-31", machine: machine),
        validation: nil)
    }
    let machine = HostMachine(processor: "CPU", ramBytes: 1, caches: [])
    func isMeasurable(_ profile: HardwareProfile) -> Bool {
      profile.isMeasurable(on: machine, version: "1")
    }
    #expect(isMeasurable(profile()))
    #expect(!isMeasurable(profile(version: "2")))
    #expect(!isMeasurable(profile(source: .published)))
    #expect(!isMeasurable(profile(machine: "Another")))
    #expect(!isMeasurable(profile(machine: nil)))
    #expect(!isMeasurable(profile(threads: 2)))
    #expect(!isMeasurable(base))
  }
}
