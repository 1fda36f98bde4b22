import HardwareProfiles
import RandomStreams
import SearchSpaces
import Testing

@testable import ProfileEvaluation

@Suite("a fit that is checked on other networks")
struct CheckedFitTests {
  /// Different cells with latencies of launches and MACs.
  private func networks(_ count: Int) throws -> [MeasuredSpaceNetwork] {
    let space = try HardwareBenchmarkTests.cells()
    var random = RandomStream(seed: 8, purpose: "checked fit")
    var networks: [MeasuredSpaceNetwork] = []
    while networks.count < count {
      let key = (0..<6).map { _ in String(1 + random.integer(below: 4)) }.joined()
      guard !networks.contains(where: { $0.key == key }) else { continue }
      let architecture = try space.architecture(key: key)
      let workload = try space.workload(
        of: architecture, input: space.images.shape, classes: space.images.classes)
      let milliseconds =
        0.05 * Double(workload.kernels.count) + 2e-7 * Double(workload.costs.macs)
      networks.append(
        MeasuredSpaceNetwork(
          space: space, architecture: architecture,
          measurement: MeasuredWorkload(workload, latencyMilliseconds: milliseconds)))
    }
    return networks
  }

  private func description(_ networks: Int, _ spaces: [String]) -> DeviceDescription {
    StatedDevice().description(
      base: nil, like: nil, file: "made/up.json", networks: networks, spaces: spaces,
      date: "2026-01-31")
  }

  @Test("draws networks for the fit and keeps the others for the check")
  func heldOut() throws {
    let networks = try networks(40)
    let settings = CheckedFit.Settings(trained: 15, seed: 3)
    let fit = try CheckedFit(networks, settings, base: nil, describe: description)
    #expect(fit.trainedCount == 15 && fit.fittedCount == 15 && fit.heldOut.count == 25)
    #expect(fit.quality.count == 25 && fit.quality.spearman > 0.9)
    #expect(fit.quality == fit.profile.quality(on: fit.heldOut.map(\.measurement)))
    #expect(fit.profile.validation?.method == .heldOut)
    #expect(fit.profile.validation?.networks == 25)
    #expect(fit.profile.name == "up")
    #expect(fit.profile.provenance.text.hasPrefix("Fitted to 15 networks of nas-bench-201. "))
    // The same draw again, and another for another seed.
    let again = try CheckedFit(networks, settings, base: nil, describe: description)
    #expect(again.profile == fit.profile && again.heldOut.map(\.key) == fit.heldOut.map(\.key))
    let other = try CheckedFit(
      networks, CheckedFit.Settings(trained: 15, seed: 4), base: nil, describe: description)
    #expect(other.heldOut.map(\.key) != fit.heldOut.map(\.key))
  }

  @Test("names the networks that it predicts worst, worst first")
  func worst() throws {
    var networks = try networks(30)
    let fit = try CheckedFit(
      networks, CheckedFit.Settings(trained: 12), base: nil, describe: description)
    let worst = fit.worstPredictions(5)
    let errors = worst.map { abs($0.ratio - 1) }
    #expect(errors.count == 5 && errors == errors.sorted(by: >))
    let all = fit.worstPredictions(100)
    #expect(all.count == 18 && Set(all.map(\.network.key)) == Set(fit.heldOut.map(\.key)))
    networks.removeLast(18)
    let each = try CheckedFit(networks, .init(), base: nil, describe: description)
    #expect(each.worstPredictions(5).isEmpty && each.heldOut.isEmpty)
  }

  @Test("leaves out each network in turn where all are fitted")
  func leaveOneOut() throws {
    let fit = try CheckedFit(try networks(12), .init(), base: nil, describe: description)
    #expect(fit.trainedCount == 12 && fit.quality.count == 12)
    #expect(fit.profile.validation?.method == .leaveOneOut)
    #expect(fit.profile.correction != nil)
  }

  @Test("can leave the measured networks out of the profile")
  func ratesOnly() throws {
    let fit = try CheckedFit(
      try networks(30), .init(trained: 20, isRatesOnly: true), base: nil, describe: description)
    #expect(fit.profile.correction == nil && fit.quality.count == 10)
  }
}
