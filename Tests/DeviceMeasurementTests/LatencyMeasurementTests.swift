import NeuralNetworks
import Testing

@testable import DeviceMeasurement

@Suite("measuring a latency")
struct LatencyMeasurementTests {
  @Test("drops the warm-up and takes as many samples as it must")
  func counts() throws {
    var clock = MadeUpClock(noise: 0) { $0 < 5 ? 100 : 2 }
    let latency = try LatencyMeasurement(warmUp: 5, samples: 7...100, leastMilliseconds: 0)
      .measure { clock.milliseconds() }
    #expect(latency.samples == [Double](repeating: 2, count: 7) && clock.calls == 12)
  }

  @Test("continues until the samples add up, but not beyond the most")
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
