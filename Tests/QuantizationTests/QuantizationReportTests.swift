import DeployedModels
import NetworkFixtures
import NeuralNetworks
import Testing

@testable import Quantization

@Suite("the report of a quantisation")
struct QuantizationReportTests {
  @Test("says what each tensor loses, and which layer hurts")
  func lines() throws {
    let fixture = try QuantizationFixture(
      try NetworkFixtures.students(of: "mobile-cnn", count: 1)[0], count: 6)
    let whole = try PostTrainingQuantization().quantize(fixture.model, images: fixture.images)
    let report = try QuantizationReport(of: whole, images: fixture.images)
    #expect(report.lines.count == fixture.model.operators.count + 1)
    #expect(report.lines[0].tensor == "input")
    // Nothing is cut on the images that ranges were taken from, by more than the zero point's rounding.
    #expect(report.lines.allSatisfy { $0.saturation < 0.01 })
    #expect(report.lines[0].signalToNoiseDecibels! > 35)
    #expect(report.table.contains("input") && report.table.contains("SNR dB"))

    // A tensor whose range is cut to a tenth is the first to fall.
    var ranges = whole.ranges
    let victim = fixture.model.operators[3].output
    ranges[victim]!.high /= 10
    ranges[victim]!.low /= 10
    let cut = QuantizedModel(
      try fixture.model.quantized(ranges: ranges), original: fixture.model, ranges: ranges)
    let worse = try QuantizationReport(of: cut, images: fixture.images)
    let place = worse.lines.firstIndex {
      $0.tensor == fixture.model.tensors[victim].name
    }!
    #expect(worse.lines[place].saturation > 0.05)
    #expect(
      worse.lines[place].signalToNoiseDecibels!
        < report.lines[place].signalToNoiseDecibels! - 10)
    #expect(worse.lines[..<place] == report.lines[..<place])
  }
}
