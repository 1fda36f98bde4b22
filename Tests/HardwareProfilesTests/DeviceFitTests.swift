import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the fit of a device to measured networks")
struct DeviceFitTests {
  /// Measurements to fit, and others to compare with.
  struct Measured {
    var training: [MeasuredWorkload]
    let heldOut: [MeasuredWorkload]

    init(
      _ count: Int, heldOut: Int = 150, _ kind: FitFixtures.Kind = .plain,
      device: SyntheticDevice = .desktop(noise: 0.03), runsIdleKernels: Bool = false,
      slowness: Double = 1, seed: UInt64 = 51
    ) throws {
      var random = RandomStream(seed: seed, purpose: "device fit", count)
      let all = device.measurements(
        try FitFixtures.workloads(count + heldOut, kind, &random),
        runsIdleKernels: runsIdleKernels, slowness: slowness, &random)
      training = Array(all[..<count])
      self.heldOut = Array(all[count...])
    }
  }

  static func fit(
    _ measurements: [MeasuredWorkload], base: HardwareProfile? = nil
  ) throws -> DeviceFit {
    try DeviceFit(measurements, base: base, description: FitFixtures.description())
  }

  /// How well the generic model predicts once it has the device's typical speed.
  private func priorQuality(_ measured: Measured) -> PredictionQuality {
    func total(_ measurement: MeasuredWorkload) -> Double {
      NetworkSketch(measurement.workload, on: .generic).total
    }
    let speeds = measured.training.map { $0.latencyMilliseconds / total($0) }.sorted()
    return PredictionQuality(
      predicted: measured.heldOut.map { total($0) * speeds[speeds.count / 2] },
      measured: measured.heldOut.map(\.latencyMilliseconds))
  }

  @Test(
    "predicts networks that it has not seen better than what is true of most devices",
    arguments: zip([10, 30, 100], [25.0, 12, 6]))
  func heldOut(count: Int, mostError: Double) throws {
    let measured = try Measured(count)
    let quality = try Self.fit(measured.training).quality(on: measured.heldOut)
    let prior = priorQuality(measured)
    let comment = Comment("\(quality), \(prior)")
    #expect(quality.spearman > prior.spearman, comment)
    #expect(quality.spearman > 0.9, comment)
    #expect(quality.medianAbsolutePercentageError < mostError, comment)
    #expect(
      quality.medianAbsolutePercentageError < 0.7 * prior.medianAbsolutePercentageError, comment)
  }

  /// Three seeds of 40 measurements: 450 networks.
  @Test("has 90 % intervals that hold about nine in ten")
  func coverage() throws {
    var inside = 0.0
    for seed in [61, 62, 63] as [UInt64] {
      let measured = try Measured(40, seed: seed)
      let quality = try Self.fit(measured.training).quality(on: measured.heldOut)
      inside += try #require(quality.intervalCoverage90) / 3
    }
    #expect((0.80...0.97).contains(inside), "\(inside)")
  }

  @Test("is misled little by a few measurements that are three times too long")
  func outliers() throws {
    let measured = try Measured(60)
    var disturbed = measured.training
    for index in [5, 25, 45] { disturbed[index].latencyMilliseconds *= 3 }
    let clean = try Self.fit(measured.training).quality(on: measured.heldOut)
    let fitted = try Self.fit(disturbed)
    let quality = fitted.quality(on: measured.heldOut)
    let comment = Comment("\(quality), \(clean)")
    #expect(quality.spearman > clean.spearman - 0.02, comment)
    #expect(
      quality.medianAbsolutePercentageError < clean.medianAbsolutePercentageError + 3, comment)
    let weights = try #require(fitted.profile.correction).networks.map(\.weight)
    #expect([5, 25, 45].allSatisfy { weights[$0] < 0.3 }, "\(weights)")
  }

  @Test("learns whether a device runs what nothing reads", arguments: [false, true])
  func idleKernels(areRun: Bool) throws {
    let measured = try Measured(100, .keysAndIdleKernels, runsIdleKernels: areRun)
    let profile = try Self.fit(measured.training).profile
    // The same network with and without its idle kernels.
    var (differences, truth) = (0.0, 0.0)
    let device = SyntheticDevice.desktop(noise: 0).profile
    for measurement in measured.heldOut {
      let workload = measurement.workload
      let bare = InferenceWorkload(
        kernels: workload.kernels, costs: workload.costs, origin: workload.origin)
      differences +=
        1000
        * (profile.predict(workload).latencyMilliseconds
          - profile.predict(bare).latencyMilliseconds)
      truth += workload.idleKernels.reduce(0) { $0 + device.latencyMicroseconds(of: $1) }
    }
    let share = differences / truth
    if areRun {
      #expect((0.6...1.4).contains(share), "\(share)")
    } else {
      #expect(abs(share) < 0.25, "\(share)")
    }
  }

  @Test("with the profile of a similar device needs few measurements")
  func base() throws {
    let measured = try Measured(5, slowness: 2)
    let base = SyntheticDevice.desktop(noise: 0).profile
    let fitted = try Self.fit(measured.training, base: base)
    let quality = fitted.quality(on: measured.heldOut)
    let alone = try Self.fit(measured.training).quality(on: measured.heldOut)
    let comment = Comment("\(quality), \(alone)")
    #expect(quality.medianAbsolutePercentageError < 5, comment)
    #expect(
      quality.medianAbsolutePercentageError < 0.75 * alone.medianAbsolutePercentageError, comment)
    // Rates are those of the base over one factor.
    let (found, known) = (fitted.profile.physical, base.physical)
    for (a, b) in zip(found.kernels, known.kernels) {
      let slowness = a.overheadMicroseconds / b.overheadMicroseconds
      #expect((1.8...2.2).contains(slowness))
      if let first = a.gigaMACsPerSecond, let second = b.gigaMACsPerSecond {
        #expect(abs(second / first - slowness) < 0.002 * slowness)
      }
    }
    #expect(fitted.profile.memory.levels.map(\.name) == ["L1", "L2", "DRAM"])
  }

  @Test("gives the same bits twice, whatever else runs")
  func deterministic() async throws {
    let measured = try Measured(30, heldOut: 10, .keysAndIdleKernels)
    let texts = try await withThrowingTaskGroup(of: Data.self) { group in
      for _ in 0..<2 { group.addTask { try Self.fit(measured.training).profile.json() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(texts[0] == texts[1])
  }

  @Test("needs two measurements")
  func tooFew() throws {
    let measured = try Measured(2, heldOut: 1)
    for count in 0..<2 {
      #expect(throws: DeviceFitError.tooFew(count)) {
        try Self.fit(Array(measured.training[..<count]))
      }
    }
    #expect(DeviceFitError.tooFew(1).description.hasPrefix("got 1 measured networks, expected 2"))
    let quality = try Self.fit(measured.training).quality(on: measured.heldOut)
    #expect(quality.medianAbsolutePercentageError.isFinite)
  }

  @Test("survives a network that was measured again and again, and one that takes nothing")
  func degenerate() throws {
    let measured = try Measured(4, heldOut: 1)
    let same = try Self.fit(Array(repeating: measured.training[0], count: 6))
    let milliseconds = measured.training[0].latencyMilliseconds
    let found = same.profile.predict(measured.training[0].workload).latencyMilliseconds
    #expect(abs(found - milliseconds) < 0.05 * milliseconds)
    var strange = measured.training
    strange[0].latencyMilliseconds = 1e-6
    let estimate = try Self.fit(strange).profile.predict(measured.heldOut[0].workload)
    #expect(estimate.latencyMilliseconds.isFinite && estimate.latencyMilliseconds > 0)
  }

  @Test("says of what it has seen how well it predicts each from the others")
  func leaveOneOut() throws {
    let measured = try Measured(40)
    let fitted = try Self.fit(measured.training)
    let quality = try #require(fitted.leaveOneOutQuality())
    #expect(quality.count == 40 && quality.spearman > 0.9)
    #expect((0.75...1).contains(try #require(quality.intervalCoverage90)))
    // Not the error on what it was fitted to, which is smaller.
    let seen = fitted.quality(on: measured.training)
    #expect(seen.medianAbsolutePercentageError < quality.medianAbsolutePercentageError)
  }

  @Test("takes of very many measurements those that spread over the latencies")
  func many() throws {
    let measured = try Measured(NetworkFit.mostNetworks + 50, heldOut: 1)
    let networks = try #require(Self.fit(measured.training).profile.correction).networks
    #expect(networks.count == NetworkFit.mostNetworks)
    let latencies = measured.training.map { 1000 * $0.latencyMilliseconds }
    #expect(networks.map(\.latencyMicroseconds).min() == latencies.min())
    #expect(networks.map(\.latencyMicroseconds).max() == latencies.max())
  }

  @Test("finds energies where they were measured, and takes what it is told where they were not")
  func energy() throws {
    var measured = try Measured(20, heldOut: 20, device: .desktop(noise: 0))
    let truth = Energy(picojoulesPerMAC: 40, picojoulesPerByte: 300, staticPowerMilliwatts: 900)
    func energy(_ measurement: MeasuredWorkload) -> Double {
      let workload = measurement.workload
      return truth.millijoules(
        macs: workload.costs.macs, bytes: workload.kernels.reduce(0) { $0 + $1.bytesMoved },
        milliseconds: measurement.latencyMilliseconds)
    }
    // Two are too few.
    for index in 0..<2 {
      measured.training[index].energyMillijoules = energy(measured.training[index])
    }
    #expect(try Self.fit(measured.training).profile.energy == nil)
    for index in measured.training.indices where index != 7 {
      measured.training[index].energyMillijoules = energy(measured.training[index])
    }
    let found = try #require(try Self.fit(measured.training).profile.energy)
    #expect(abs(found.picojoulesPerMAC - 40) < 0.5)
    #expect(abs(found.picojoulesPerByte - 300) < 3)
    #expect(abs(found.staticPowerMilliwatts - 900) < 9)
    var description = FitFixtures.description()
    description.energy = truth
    let measuredEnergy = try DeviceFit(measured.training, description: description).profile.energy
    #expect(measuredEnergy == found)
    for index in measured.training.indices { measured.training[index].energyMillijoules = nil }
    let told = try DeviceFit(measured.training, description: description).profile.energy
    #expect(told == truth)
  }
}
