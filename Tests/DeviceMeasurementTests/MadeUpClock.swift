import RandomStreams

@testable import DeviceMeasurement

/// A device whose single inferences take as long as a rule says, in milliseconds.
struct MadeUpClock {
  /// The latency of the inference of a number, before noise.
  var rule: (Int) -> Double = { _ in 2 }
  /// One standard deviation of noise that only adds time, relative.
  var noise = 0.01
  private(set) var calls = 0
  private var random: RandomStream

  init(seed: UInt64 = 1, noise: Double = 0.01, _ rule: @escaping (Int) -> Double = { _ in 2 }) {
    (self.rule, self.noise) = (rule, noise)
    random = RandomStream(seed: seed, purpose: "made-up clock")
  }

  mutating func milliseconds() -> Double {
    calls += 1
    return rule(calls - 1) * (1 + noise * abs(random.normal()))
  }

  /// Takes so many samples at once.
  mutating func samples(_ count: Int) -> [Double] { (0..<count).map { _ in milliseconds() } }

  /// Measures 90 samples without a warm-up.
  mutating func measured() throws -> MeasuredLatency {
    try MeasuredLatency(samples: samples(90))
  }
}
