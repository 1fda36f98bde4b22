import FileFormats
import RandomStreams
import Testing

@testable import Datasets

@Suite("a picture of another size")
struct ImageScalingTests {
  private func picture(_ height: Int, _ width: Int, channels: Int = 1) -> RasterImage {
    var random = RandomStream(seed: 8, purpose: "pictures")
    return RasterImage(
      height: height, width: width, channels: channels,
      pixels: (0..<height * width * channels).map { _ in UInt8(random.integer(below: 256)) })
  }

  @Test("is the same picture where the size is", arguments: ImageScaling.Fit.allCases)
  func identity(fit: ImageScaling.Fit) {
    let image = picture(5, 7, channels: 3)
    #expect(ImageScaling(height: 5, width: 7, fit: fit).scaled(image) == image)
  }

  @Test("of one colour keeps it", arguments: [(3, 3), (40, 17), (8, 64)])
  func flat(height: Int, width: Int) {
    let flat = RasterImage(
      height: 10, width: 20, channels: 3, pixels: (0..<600).map { [7, 99, 250][$0 % 3] })
    let scaled = ImageScaling(height: height, width: width).scaled(flat)
    #expect(scaled.pixels == (0..<height * width * 3).map { [7, 99, 250][$0 % 3] })
  }

  @Test("half as large has what a triangle of two pixels weighs")
  func half() {
    // Rows alike, so only columns count: the weights of −1.5, −0.5, 0.5 and 1.5 are 1, 3, 3 and 1 eighths, and
    // at the border those that lie outside are left out.
    let image = RasterImage(
      height: 2, width: 4, channels: 1, pixels: [0, 80, 160, 240, 0, 80, 160, 240])
    let scaled = ImageScaling(height: 1, width: 2, fit: .stretch).scaled(image)
    let first: Double = (3 * 0 + 3 * 80 + 160) / 7.0
    let second: Double = (80 + 3 * 160 + 3 * 240) / 7.0
    #expect(scaled.pixels == [UInt8(first.rounded()), UInt8(second.rounded())])
  }

  @Test("twice as large lies between its neighbours, a quarter and three quarters of the way")
  func twice() {
    let image = RasterImage(height: 1, width: 2, channels: 1, pixels: [0, 200])
    #expect(
      ImageScaling(height: 1, width: 4, fit: .stretch).scaled(image).pixels == [0, 50, 150, 200])
  }

  @Test("of another proportion is cut, stretched or padded")
  func fits() {
    let wide = RasterImage(
      height: 2, width: 6, channels: 1, pixels: [0, 0, 9, 9, 0, 0, 0, 0, 9, 9, 0, 0])
    #expect(ImageScaling(height: 2, width: 2).scaled(wide).pixels == [9, 9, 9, 9])
    let padded = ImageScaling(height: 6, width: 6, fit: .pad).scaled(wide)
    #expect(padded.pixels.prefix(12).allSatisfy { $0 == 0 })
    #expect(padded.pixels[12..<24].elementsEqual(wide.pixels))
    #expect(padded.pixels.suffix(12).allSatisfy { $0 == 0 })
  }
}
