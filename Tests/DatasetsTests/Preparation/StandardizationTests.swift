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

  /// The statistics of pixels that come in pieces of some pixels.
  private func standardization(
    _ pixels: UnsafeRawBufferPointer, _ type: PixelType, channels: Int, piece: Int = 7
  ) -> Standardization {
    let step = piece * channels * type.byteCount
    func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
      for start in stride(from: 0, to: pixels.count, by: step) {
        body(UnsafeRawBufferPointer(rebasing: pixels[start..<min(pixels.count, start + step)]))
      }
    }
    var statistics = PixelStatistics(type: type, channels: channels)
    forEachPiece { statistics.add($0) }
    return Standardization(
      means: statistics.means, variances: statistics.variances(forEachPiece), type: type)
  }

  @Test("bytes give the plain mean and deviation of each channel, as parts of 255")
  func bytes() {
    let pixels = (0..<3 * 500).map(pseudoPixel)
    let result = pixels.withUnsafeBytes {
      standardization($0, .uint8, channels: 3)
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
      standardization($0, .float32, channels: 2)
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
      standardization($0, .uint8, channels: 1)
    }
    #expect(abs(result.mean[0] - 0.2) < 1e-15)
    #expect(result.standardDeviation == [1])
  }

  @Test("the bits do not depend on where pieces end", arguments: [PixelType.uint8, .float32])
  func pieces(type: PixelType) {
    let bytes = (0..<3 * 400).map(pseudoPixel)
    let floats = bytes.map { Float($0) / 3 + 1000 }
    func read(_ piece: Int) -> Standardization {
      type == .uint8
        ? bytes.withUnsafeBytes { standardization($0, type, channels: 3, piece: piece) }
        : floats.withUnsafeBytes { standardization($0, type, channels: 3, piece: piece) }
    }
    for piece in [1, 3, 64] { #expect(read(piece) == read(400)) }
  }
}
