import Foundation
import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a predicted cost")
struct LatencyPredictionTests {
  /// Returns a profile with round numbers, with changes to its kernels.
  static func profile(
    weightsIn: Memory.WeightPlace = .ram, energy: Energy? = nil,
    _ change: (inout [KernelParameters]) -> Void = { _ in }
  ) -> HardwareProfile {
    var kernels = InferenceKernel.Kind.allCases.map { kind in
      KernelParameters(
        overheadMicroseconds: 2, gigaMACsPerSecond: kind.countsMACs ? 1 : nil,
        gigaOperationsPerSecond: kind.countsOperations ? 1 : nil, relativeUncertainty: 0.2)
    }
    change(&kernels)
    let base = SyntheticDevice.desktop(noise: 0).profile
    return HardwareProfile(
      name: "round", device: "round numbers", measurementProtocol: base.measurementProtocol,
      memory: Memory(
        ramBytes: 1 << 20, flashBytes: 1 << 19, weightsIn: weightsIn,
        levels: [
          Memory.Level(name: "L1", capacityBytes: 1000, bandwidthGigabytesPerSecond: 10),
          Memory.Level(name: "DRAM", capacityBytes: nil, bandwidthGigabytesPerSecond: 1),
        ]),
      inferenceOverheadMicroseconds: 5, kernelParameters: kernels, energy: energy,
      relativeUncertainty: 0.1, provenance: base.provenance, validation: nil)
  }

  /// Convolution: 9·1·8·64 = 4608 MACs, 64 + 512 + 80 values moved, 2624 bytes, over the 1000 of L1.
  /// Global pool: 512 operations, 520 values, 2080 bytes. Dense: 80 MACs, 8 + 10 + 90 values, 432 bytes.
  @Test("is what a hand computes")
  func byHand() throws {
    let network = try ReferenceNetworks.tiny()
    let estimate = LatencyPredictionTests.profile().predict(network)
    let times = estimate.kernels.map(\.latencyMicroseconds)
    #expect(estimate.kernels.map(\.bound) == [.compute, .memory, .compute])
    #expect(abs(times[0] - (2 + 4.608)) < 1e-9)
    #expect(abs(times[1] - (2 + 2.080)) < 1e-9)
    #expect(abs(times[2] - (2 + 0.080)) < 1e-9)
    let total = 5 + 6.608 + 4.080 + 2.080
    #expect(abs(estimate.latencyMilliseconds - total / 1000) < 1e-12)
    let kernels = 0.04 * (6.608 * 6.608 + 4.080 * 4.080 + 2.080 * 2.080)
    let error = (0.01 * total * total + kernels).squareRoot()
    #expect(abs(estimate.latencyStandardErrorMilliseconds - error / 1000) < 1e-12)
    #expect(estimate.energyMillijoules == nil)
    // Weights 72 + 8 and 80 + 10; activations 512 + 64 at the convolution.
    #expect(estimate.weightBytes == 4 * 170)
    #expect(estimate.peakMemoryBytes == 4 * (170 + 576))
  }

  @Test("loses rate to few output channels and short products, as the formula says")
  func efficiency() throws {
    let network = try ReferenceNetworks.tiny()
    let profile = LatencyPredictionTests.profile { kernels in
      kernels[0].outputChannelsHalf = 8  // 8 channels: the shortage alone halves the rate
      kernels[0].reductionHalf = 18  // 9 MACs per value: two more thirds of the time
    }
    let latency = profile.predict(network).kernels[0].latencyMicroseconds
    #expect(abs(latency - (2 + 4.608 * (1 + 1 + 2))) < 1e-9)
  }

  /// Each pass: 32 operations. Zeros: 64 values, 256 bytes, in L1. The sum: 96 values, 384 bytes, in L1.
  @Test("is that of a pass over the activations for zeros and for a tensor added to itself")
  func passes() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 2))
    try builder.append(.zero)
    try builder.add(builder.current)
    try builder.append(.dense(channels: 10))
    let estimate = LatencyPredictionTests.profile().predict(try builder.network())
    let times = estimate.kernels.map(\.latencyMicroseconds)
    #expect(times.count == 3)
    #expect(abs(times[0] - (2 + 0.032)) < 1e-9)
    #expect(abs(times[1] - (2 + 0.0384)) < 1e-9)
  }

  @Test("leaves weights in flash out of the peak memory")
  func flash() throws {
    let network = try ReferenceNetworks.tiny()
    let estimate = LatencyPredictionTests.profile(weightsIn: .flash).predict(network)
    #expect(estimate.peakMemoryBytes == 4 * 576)
  }

  @Test("counts energy for arithmetic, traffic and time")
  func energy() throws {
    let network = try ReferenceNetworks.tiny()
    let energy = Energy(picojoulesPerMAC: 10, picojoulesPerByte: 100, staticPowerMilliwatts: 1000)
    let estimate = LatencyPredictionTests.profile(energy: energy).predict(network)
    let picojoules: Double = 10 * 4688 + 100 * (2624 + 2080 + 432)
    let expected = 1e-9 * picojoules + 17.768e-3  // 1 W for 17.768 µs is 17.768 µJ
    #expect(abs(try #require(estimate.energyMillijoules) - expected) < 1e-12)
  }

  @Test("depends on the device so much that the better of two networks changes")
  func winnerChanges() throws {
    func network(depthwise: Bool) throws -> Network {
      var builder = NetworkBuilder(input: TensorShape(height: 28, width: 28, channels: 32))
      for _ in 0..<3 {
        if depthwise {
          try builder.unit(.depthwiseConvolution(kernel: 5, stride: 1))
          try builder.unit(.convolution(kernel: 1, stride: 1, channels: 32, bias: false))
        } else {
          try builder.unit(.convolution(kernel: 3, stride: 1, channels: 32, bias: false))
        }
      }
      try builder.append(.globalAveragePool)
      try builder.append(.dense(channels: 10))
      return try builder.network()
    }
    let separable = try network(depthwise: true)
    let dense = try network(depthwise: false)
    // A processor runs every kind about equally well; a matrix engine leaves depthwise far behind.
    let processor = LatencyPredictionTests.profile()
    let engine = LatencyPredictionTests.profile { kernels in
      kernels[0].gigaMACsPerSecond = 100
      kernels[1].gigaMACsPerSecond = 100
    }
    func latency(_ profile: HardwareProfile, _ network: Network) -> Double {
      profile.predict(network).latencyMilliseconds
    }
    #expect(latency(processor, separable) < latency(processor, dense))
    #expect(latency(engine, separable) > latency(engine, dense))
  }
}
