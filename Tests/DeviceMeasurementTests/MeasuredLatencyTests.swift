import RandomStreams
import Statistics
import Testing

@testable import DeviceMeasurement

@Suite("a measured latency")
struct MeasuredLatencyTests {
  @Test("is the median, with its samples in the order in which they came")
  func plain() throws {
    let latency = try MeasuredLatency(samples: [5, 1, 3])
    #expect(latency.medianMilliseconds == 3 && latency.samples == [5, 1, 3])
    #expect(try MeasuredLatency(samples: [4, 1, 2, 3]).medianMilliseconds == 2.5)
    let single = try MeasuredLatency(samples: [7])
    #expect(single.medianMilliseconds == 7 && single.standardErrorMilliseconds == nil)
    #expect(single.drift == nil && single.isSound)
  }

  @Test(
    "cannot be made of nothing, nor of times that cannot be", arguments: [0, -1, .nan, .infinity])
  func impossible(time: Double) {
    #expect(throws: LatencyError.noSamples) { try MeasuredLatency(samples: []) }
    #expect(throws: LatencyError.self) { try MeasuredLatency(samples: [1, time, 2]) }
  }

  @Test("of a clean device is sound", arguments: 1...40 as ClosedRange<UInt64>)
  func clean(seed: UInt64) throws {
    for (noise, count) in [(0.0, 20), (0.005, 15), (0.01, 60), (0.03, 90), (0.05, 400)] {
      var clock = MadeUpClock(seed: seed, noise: noise)
      let latency = try MeasuredLatency(samples: clock.samples(count))
      #expect(latency.isSound, "noise \(noise), \(count) samples")
    }
  }

  @Test("of a device that throttles has drift, at the end or all along the way")
  func drifting() throws {
    var throttled = MadeUpClock { $0 < 55 ? 2 : 2.6 }
    let late = try throttled.measured()
    #expect(late.isDrifting && !late.isSound)
    #expect(abs(try #require(late.drift) - 1.3) < 0.02)
    var heating = MadeUpClock { 2 + 0.005 * Double($0) }
    #expect(try heating.measured().isDrifting)
    var waking = MadeUpClock { $0 < 40 ? 3 : 2 }
    #expect(try #require(try waking.measured().drift) < 0.7)
  }

  @Test("of a device whose drift is no more than its noise is not said to drift")
  func noDrift() throws {
    var falsely = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      var noisy = MadeUpClock(seed: seed, noise: 0.3)
      let latency = try MeasuredLatency(samples: noisy.samples(12))
      falsely += latency.isDrifting ? 1 : 0
    }
    #expect(falsely <= 4)
    var slight = MadeUpClock(noise: 0.001) { $0 < 45 ? 2 : 2.06 }
    #expect(try !slight.measured().isDrifting)
  }

  @Test("of a disturbed device says so; a few slow inferences are none")
  func disturbed() throws {
    var busy = MadeUpClock { $0 % 6 == 0 ? 7 : 2 }
    let latency = try busy.measured()
    #expect(latency.isDisturbed && !latency.isBimodal && !latency.isDrifting)
    #expect(abs(latency.disturbedShare - 1.0 / 6) < 0.01)
    #expect(abs(latency.medianMilliseconds - 2) < 0.05)
    var nearlyClean = MadeUpClock { $0 % 30 == 0 ? 9 : 2 }
    let clean = try nearlyClean.measured()
    #expect(clean.isSound && clean.disturbedShare > 0.03)
  }

  @Test("of a device whose times spread so much that the median is hardly known is not sound")
  func noisy() throws {
    var stream = RandomStream(seed: 9, purpose: "noise")
    let few = try MeasuredLatency(samples: (0..<9).map { _ in 0.1 + stream.uniform() })
    #expect(few.isDisturbed && !few.isSound)
    let many = try MeasuredLatency(samples: (0..<900).map { _ in 0.1 + stream.uniform() })
    #expect(many.isSound)
  }

  @Test("of a device with two clocks is bimodal, also with some inferences slower than both")
  func bimodal() throws {
    var two = MadeUpClock { $0 % 5 < 2 ? 2.5 : 2 }
    #expect(try two.measured().isBimodal)
    var three = MadeUpClock { $0 % 29 == 0 ? 30 : $0 % 2 == 0 ? 2.5 : 2 }
    #expect(try three.measured().isBimodal)
    // Modes that hardly differ are no reason to worry.
    var close = MadeUpClock(noise: 0.001) { $0 % 2 == 0 ? 2.04 : 2 }
    #expect(try !close.measured().isBimodal)
  }

  @Test("is not bimodal where samples are spread evenly or by a long tail")
  func oneMode() throws {
    var stream = RandomStream(seed: 5, purpose: "spread")
    let even = (0..<300).map { _ in 1 + stream.uniform() }
    #expect(try !MeasuredLatency(samples: even).isBimodal)
    let normal = (0..<300).map { _ in 20 + stream.normal() }
    #expect(try !MeasuredLatency(samples: normal).isBimodal)
    #expect(try MeasuredLatency(samples: normal).isSound)
  }

  @Test(
    "has a standard error as large as the median's spread over repetitions",
    arguments: [7, 15, 60, 400])
  func standardError(count: Int) throws {
    var stream = RandomStream(seed: 3, purpose: "standard error")
    let measured = try (0..<400).map { _ in
      try MeasuredLatency(samples: (0..<count).map { _ in 10 + stream.normal() })
    }
    let medians = measured.map(\.medianMilliseconds)
    let mean = medians.reduce(0, +) / 400
    let spread = (medians.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
    let stated = median(measured.compactMap(\.standardErrorMilliseconds))
    #expect((0.8...1.5).contains(stated / spread), "\(stated) and \(spread)")
  }

  @Test("has a larger standard error where neighbouring samples go together")
  func correlated() throws {
    let blocks = (0..<96).map { sample -> Double in
      let level = 10 + sample / 12 * 7 % 5
      return Double(level) + Double(sample % 3) / 100
    }
    let mixed = (0..<96).map { blocks[$0 * 37 % 96] }
    let together = try #require(try MeasuredLatency(samples: blocks).standardErrorMilliseconds)
    let apart = try #require(try MeasuredLatency(samples: mixed).standardErrorMilliseconds)
    #expect(together > 1.2 * apart)
  }
}

@Suite("a session of measurements")
struct MeasurementSessionTests {
  @Test("takes the lower median of a thing that was measured twice")
  func best() throws {
    var session = MeasurementSession()
    session.record(3, try MeasuredLatency(samples: [5, 6, 7]))
    session.record(3, try MeasuredLatency(samples: [4, 4.5, 9]))
    #expect(session.best(of: 3)?.medianMilliseconds == 4.5)
    #expect(session.best(of: 0) == nil && session.entries.count == 2)
  }

  @Test("tells drift from things that take different times")
  func drift() throws {
    func session(_ factor: (Int) -> Double) throws -> MeasurementSession {
      var session = MeasurementSession()
      let order = Array(0..<20)
      for (step, item) in (order + order.reversed()).enumerated() {
        let time = Double(1 + item * item) * factor(step)
        session.record(item, try MeasuredLatency(samples: [time]))
      }
      return session
    }
    #expect(abs(try #require(try session { _ in 1 }.drift) - 1) < 1e-12)
    #expect(abs(try #require(try session { $0 < 20 ? 1 : 1.3 }.drift) - 1.3) < 1e-12)
    #expect(try #require(try session { 1 + 0.01 * Double($0) }.drift) > 1.2)
  }

  @Test("needs something that is measured twice to speak of drift, and leaves out what is not")
  func reference() throws {
    var session = MeasurementSession()
    session.record(0, try MeasuredLatency(samples: [2]))
    #expect(session.drift == nil)
    session.record(1, try MeasuredLatency(samples: [50]))
    session.record(2, try MeasuredLatency(samples: [70]))
    #expect(session.drift == nil)
    session.record(0, try MeasuredLatency(samples: [3]))
    #expect(abs(try #require(session.drift) - 1.5) < 1e-12)
  }
}
