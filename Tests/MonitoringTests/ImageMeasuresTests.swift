import RandomStreams
import Testing

@testable import Monitoring

@Suite("what is measured of an image")
struct ImageMeasuresTests {
  @Test("is its mean, its deviation and the mean of each channel")
  func means() {
    // Two channels: 0, 1, 2, 3 and 10 everywhere.
    let image = ImageMeasures([0, 10, 1, 10, 2, 10, 3, 10], height: 2, width: 2, channels: 2)
    #expect(image.brightness == 5.75 && image.channelMeans == [1.5, 10])
    // The mean square is (0 + 1 + 4 + 9 + 400) / 8 = 51.75.
    #expect(abs(image.contrast - Float((51.75 - 5.75 * 5.75).squareRoot())) < 1e-6)
    #expect(image.noise == nil)
  }

  @Test("is the deviation of the noise, whatever the brightness and its slope")
  func noise() throws {
    var stream = RandomStream(seed: 1, purpose: "noise")
    for deviation in [0.02, 0.1] {
      var pixels: [Float] = []
      for row in 0..<64 {
        for column in 0..<64 {
          let plane = 0.3 + 0.005 * Double(row) + 0.002 * Double(column)
          pixels.append(Float(plane + deviation * stream.normal()))
        }
      }
      let found = try #require(
        ImageMeasures(pixels, height: 64, width: 64, channels: 1).noise)
      // 3,844 places of which neighbours go together.
      #expect(abs(Double(found) / deviation - 1) < 0.08, "\(found)")
    }
    let smooth = (0..<64).map { Float($0) }
    #expect(try #require(ImageMeasures(smooth, height: 8, width: 8, channels: 1).noise) < 1e-5)
  }

  @Test("are as many numbers as the shape gives, each with a name of its own")
  func measures() {
    func names(_ height: Int, _ channels: Int) -> [String] {
      Measure.all(height: height, width: 9, channels: channels).map(\.name)
    }
    #expect(names(9, 1) == ["brightness", "contrast", "noise", "confidence", "margin"])
    #expect(names(2, 1) == ["brightness", "contrast", "confidence", "margin"])
    #expect(names(9, 3).filter { $0.hasPrefix("channel_mean_") }.count == 3)
    #expect(names(9, 12).count == 5)
  }
}
