import NeuralNetworks
import Testing

@testable import HardwareProfiles

@Suite("a fitted profile without its measured networks")
struct RatesProfileTests {
  @Test("is a profile of rates alone that knows how unsure it is")
  func ratesAlone() throws {
    let measured = try DeviceFitTests.Measured(60)
    let alone = try DeviceFitTests.fit(measured.training).ratesProfile
    #expect(alone.correction == nil)
    #expect(try HardwareProfile(json: alone.json(), file: "a.json") == alone)
    let quality = alone.quality(on: measured.heldOut)
    let comment = Comment("\(quality)")
    #expect(quality.spearman > 0.9, comment)
    #expect(quality.medianAbsolutePercentageError < 15, comment)
    #expect((0.75...1).contains(try #require(quality.intervalCoverage90)), comment)
    // As sure of the networks that it was made of as it says.
    let seen = try #require(alone.quality(on: measured.training).intervalCoverage90)
    #expect((0.87...0.95).contains(seen), "\(seen)")
  }

  /// The correction takes fewer measurements than there are, so that its speed is another.
  @Test("reads back as it was, however many there were")
  func ratesOfMany() throws {
    let measured = try DeviceFitTests.Measured(
      NetworkFit.mostNetworks + 50, heldOut: 5, slowness: 2)
    let base = LatencyPredictionTests.profile()
    let alone = try DeviceFitTests.fit(measured.training, base: base).ratesProfile
    let read = try HardwareProfile(json: alone.json(), file: "a.json")
    #expect(read == alone)
    for measurement in measured.heldOut {
      #expect(read.predict(measurement.workload) == alone.predict(measurement.workload))
    }
  }
}
