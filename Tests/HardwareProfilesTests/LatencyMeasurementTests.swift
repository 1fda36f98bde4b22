import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("measuring a latency")
struct LatencyMeasurementTests {
  @Test("drops the warm-up and takes as many samples as it must")
  func counts() throws {
    var clock = MadeUpClock(noise: 0) { $0 < 5 ? 100 : 2 }
    let latency = try LatencyMeasurement(warmUp: 5, samples: 7...100, leastMilliseconds: 0)
      .measure { clock.milliseconds() }
    #expect(latency.samples == [Double](repeating: 2, count: 7) && clock.calls == 12)
  }

  @Test("goes on until the samples add up, but not beyond the most")
  func longEnough() throws {
    var clock = MadeUpClock(noise: 0)
    let long = LatencyMeasurement(warmUp: 0, samples: 3...1000, leastMilliseconds: 41)
    #expect(try long.measure { clock.milliseconds() }.samples.count == 21)
    let bounded = LatencyMeasurement(warmUp: 0, samples: 3...10, leastMilliseconds: 41)
    #expect(try bounded.measure { clock.milliseconds() }.samples.count == 10)
  }

  @Test("counts every one of several samples that a device gives at once")
  func runs() throws {
    let measurement = LatencyMeasurement(warmUp: 2, samples: 5...100, leastMilliseconds: 0)
    var runs = 0
    let several = try measurement.measure(inRuns: {
      runs += 1
      return [1, 2, 3]
    })
    #expect(several.samples == [1, 2, 3, 1, 2, 3] && runs == 2)
    runs = 0
    let single = try measurement.measure(inRuns: {
      runs += 1
      return [Double(runs)]
    })
    #expect(single.samples == [3, 4, 5, 6, 7])
  }

  @Test("refuses times that cannot be, in the warm-up too, and a device that gives none")
  func impossible() {
    let measurement = LatencyMeasurement(warmUp: 2, samples: 5...100, leastMilliseconds: 0)
    for bad in [0, -1, Double.nan, .infinity] {
      var calls = 0
      #expect(throws: LatencyError.self) {
        try measurement.measure {
          calls += 1
          return bad
        }
      }
      #expect(calls == 1)
    }
    #expect(throws: LatencyError.noSamples) { try measurement.measure(inRuns: { [] }) }
  }

  @Test("is done once more where it was disturbed, and no more than that")
  func repeated() throws {
    let sound = try MeasuredLatency(samples: [Double](repeating: 2, count: 12))
    let slow = try MeasuredLatency(samples: (0..<12).map { $0 < 6 ? 3 : 4 })
    let slower = try MeasuredLatency(samples: (0..<12).map { $0 < 6 ? 4 : 5 })
    #expect(!slow.isSound && !slower.isSound)
    func result(_ given: [MeasuredLatency]) -> (MeasuredLatency, Int) {
      var asked = 0
      let (latency, attempts) = LatencyMeasurement.repeatedIfUnsound {
        asked += 1
        return given[min(asked, given.count) - 1]
      }
      #expect(asked == given.count)
      return (latency, attempts)
    }
    #expect(result([sound]) == (sound, 1))
    #expect(result([slow, sound]) == (sound, 2))
    #expect(result([slower, slow]) == (slow, 2))
    #expect(result([slow, slower]) == (slow, 2))
  }
}

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
  func isMeasurable() {
    func profile(
      version: String = "1", source: Provenance.Source = .measured, machine: String? = "CPU",
      threads: Int = 1
    ) -> HardwareProfile {
      let base = SyntheticDevice.desktop(noise: 0).profile
      let own = MeasurementProtocol.inferenceTimer(version: version, resolution: "any")
      return HardwareProfile(
        name: "mine", device: "CPU",
        measurementProtocol: MeasurementProtocol(
          runtime: own.runtime, threads: threads, resolution: own.resolution,
          affinity: own.affinity, thermal: own.thermal),
        memory: base.memory, inferenceOverheadMicroseconds: 3,
        kernelParameters: base.physical.kernels, energy: nil, relativeUncertainty: 0.1,
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
    #expect(!isMeasurable(SyntheticDevice.desktop(noise: 0).profile))
  }
}
