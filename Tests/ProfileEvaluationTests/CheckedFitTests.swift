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

  @Test("is doubted where latencies are all alike, of other networks, in another unit or no times")
  func doubts() throws {
    let networks = try networks(30)
    func fitted(
      _ networks: [MeasuredSpaceNetwork], from profile: HardwareProfile? = nil
    ) throws -> String? {
      let fit = try CheckedFit(networks, CheckedFit.Settings(), base: nil, describe: description)
      return MeasurementDoubt(networks, spearman: fit.quality.spearman, profile: profile).reason
    }
    func with(_ latency: (Int) -> Double) -> [MeasuredSpaceNetwork] {
      networks.indices.map { index in
        MeasuredSpaceNetwork(
          space: networks[index].space, architecture: networks[index].architecture,
          measurement: MeasuredWorkload(
            networks[index].measurement.workload, latencyMilliseconds: latency(index)))
      }
    }
    #expect(try fitted(networks) == nil)
    #expect(try fitted(with { _ in 1 })?.contains("latencies are alike") == true)
    var random = RandomStream(seed: 4, purpose: "shuffled latencies")
    let order = networks.indices.shuffled(using: &random)
    let shuffled = try fitted(with { networks[order[$0]].measurement.latencyMilliseconds })
    #expect(shuffled?.contains("hardly anything to do") == true, "\(shuffled ?? "")")
    let rates = try fitted(with { 1000 / networks[$0].measurement.latencyMilliseconds })
    #expect(rates?.contains("images per second") == true, "\(rates ?? "")")
    let known = try CheckedFit(networks, CheckedFit.Settings(), base: nil, describe: description)
      .profile
    #expect(try fitted(networks, from: known) == nil)
    #expect(
      try fitted(with { 10 * networks[$0].measurement.latencyMilliseconds }, from: known) == nil)
    let microseconds = try fitted(
      with { 1000 * networks[$0].measurement.latencyMilliseconds }, from: known)
    #expect(microseconds?.contains("times those that the profile") == true, "\(microseconds ?? "")")
    #expect(microseconds?.contains("are they milliseconds?") == true)
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

  /// Networks of which some rows are slower by a factor.
  private func networks(
    _ count: Int, slower factors: [Int: Double]
  ) throws -> [MeasuredSpaceNetwork] {
    var networks = try networks(count)
    for (place, factor) in factors {
      var measurement = networks[place].measurement
      measurement.latencyMilliseconds *= factor
      networks[place] = MeasuredSpaceNetwork(
        space: networks[place].space, architecture: networks[place].architecture,
        measurement: measurement)
    }
    return networks
  }

  @Test(
    "leaves out rows that the others contradict: it is as without them, and names them",
    arguments: [
      [0: 10], [5: 3], [11: 3], [2: 30], [7: 100], [9: 1000], [4: 10_000], [6: 0.1], [3: 0.001],
      [1: 10, 8: 10], [0: 1000, 11: 0.01], [2: 3, 3: 4],
    ] as [[Int: Double]])
  func outliers(factors: [Int: Double]) throws {
    let rows = try networks(12, slower: factors)
    let fit = try CheckedFit(rows, .init(), base: nil, describe: description)
    #expect(Set(fit.leftOut.map(\.network.key)) == Set(factors.keys.map { rows[$0].key }))
    let clean = rows.indices.filter { factors[$0] == nil }.map { rows[$0] }
    let without = try CheckedFit(clean, .init(), base: nil, describe: description)
    #expect(without.leftOut.isEmpty)
    #expect(fit.profile == without.profile && fit.quality == without.quality)
    for row in fit.leftOut {
      let right = try networks(12).first { $0.key == row.network.key }
      let expected = right?.measurement.latencyMilliseconds ?? 0
      #expect(abs(row.predictedMilliseconds / expected - 1) < 0.25)
    }
  }

  @Test("finds outliers at the ends: the fastest and the slowest network", arguments: [3, 0.3, 50])
  func outliersAtTheEnds(factor: Double) throws {
    let clean = try networks(14)
    let order = clean.indices.sorted {
      clean[$0].measurement.latencyMilliseconds < clean[$1].measurement.latencyMilliseconds
    }
    for place in [order[0], order[13]] {
      let fit = try CheckedFit(
        try networks(14, slower: [place: factor]), .init(), base: nil, describe: description)
      #expect(fit.leftOut.map(\.network.key) == [clean[place].key])
    }
  }

  @Test("keeps all rows where too many contradict the others, and says how many")
  func tooMany() throws {
    let factors = Dictionary(uniqueKeysWithValues: [0, 2, 4, 6, 8].map { ($0, 10.0) })
    let fit = try CheckedFit(
      try networks(12, slower: factors), .init(), base: nil, describe: description)
    #expect(fit.leftOut.isEmpty && fit.fittedCount == 12)
    let few = try CheckedFit(
      try networks(5, slower: [1: 10]), .init(), base: nil, describe: description)
    #expect(few.leftOut.isEmpty && few.contradictedCount == 0)
  }

  @Test("leaves out outliers among the rows that it draws")
  func outliersAmongDrawn() throws {
    let rows = try networks(30, slower: [4: 20, 17: 20])
    let fit = try CheckedFit(rows, .init(trained: 20), base: nil, describe: description)
    let drawn = Set(rows.map(\.key)).subtracting(fit.heldOut.map(\.key))
    #expect(Set(fit.leftOut.map(\.network.key)) == drawn.intersection([rows[4].key, rows[17].key]))
    #expect(fit.fittedCount == 20 - fit.leftOut.count)
  }
}
