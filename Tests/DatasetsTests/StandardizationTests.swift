import Foundation
import Testing

@testable import Datasets

@Suite("standardisation")
struct StandardizationTests {
  /// The textbook formula over a list of numbers.
  private func plain(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
    return (mean, variance.squareRoot())
  }

  @Test("bytes give the plain mean and deviation of each channel, as parts of 255")
  func bytes() {
    let pixels = (0..<3 * 500).map(pseudoPixel)
    let result = pixels.withUnsafeBytes {
      Standardization(pixels: $0, type: .uint8, channels: 3)
    }
    for channel in 0..<3 {
      let expected = plain(
        stride(from: channel, to: pixels.count, by: 3).map { Double(pixels[$0]) / 255 })
      // Both sides round in double precision only.
      #expect(abs(result.mean[channel] - expected.mean) < 1e-13)
      #expect(abs(result.standardDeviation[channel] - expected.deviation) < 1e-13)
    }
  }

  @Test("floats give the plain mean and deviation, also far from zero")
  func floats() {
    let pixels = (0..<2 * 300).map { Float(10_000) + Float(pseudoPixel($0)) / 64 }
    let result = pixels.withUnsafeBytes {
      Standardization(pixels: $0, type: .float32, channels: 2)
    }
    for channel in 0..<2 {
      let expected = plain(stride(from: channel, to: 600, by: 2).map { Double(pixels[$0]) })
      #expect(abs(result.mean[channel] - expected.mean) < 1e-9)
      #expect(abs(result.standardDeviation[channel] - expected.deviation) < 1e-9)
    }
  }

  @Test("a channel that never changes keeps its scale")
  func constant() {
    let result = [UInt8](repeating: 51, count: 10).withUnsafeBytes {
      Standardization(pixels: $0, type: .uint8, channels: 1)
    }
    #expect(abs(result.mean[0] - 0.2) < 1e-15)
    #expect(result.standardDeviation == [1])
  }
}
