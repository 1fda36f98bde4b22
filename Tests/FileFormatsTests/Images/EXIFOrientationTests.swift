import Foundation
import RandomStreams
import Testing

@testable import FileFormats

@Suite("the orientation that a camera has written into a picture")
struct EXIFOrientationTests {
  private let image = RasterImage(height: 2, width: 3, channels: 1, pixels: [0, 1, 2, 3, 4, 5])

  /// As Pillow's `ImageOps.exif_transpose` turns it.
  @Test(
    "turns and mirrors it until it is upright",
    arguments: [
      (1, 2, [0, 1, 2, 3, 4, 5]), (2, 2, [2, 1, 0, 5, 4, 3]), (3, 2, [5, 4, 3, 2, 1, 0]),
      (4, 2, [3, 4, 5, 0, 1, 2]), (5, 3, [0, 3, 1, 4, 2, 5]), (6, 3, [3, 0, 4, 1, 5, 2]),
      (7, 3, [5, 2, 4, 1, 3, 0]), (8, 3, [2, 5, 1, 4, 0, 3]),
    ] as [(Int, Int, [UInt8])])
  func turns(number: Int, height: Int, pixels: [UInt8]) throws {
    let orientation = try #require(EXIFOrientation(number))
    let upright = RasterImage(height: height, width: 6 / height, channels: 1, pixels: pixels)
    #expect(orientation.upright(image) == upright)
    let colours = RasterImage(
      height: 2, width: 3, channels: 3, pixels: image.pixels.flatMap { [$0, $0 + 100, 9] })
    #expect(orientation.upright(colours).pixels == pixels.flatMap { [$0, $0 + 100, 9] })
  }

  /// What Pillow writes for the orientation 6, and the same with the small end first.
  private let big: [UInt8] = [
    77, 77, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
  ]
  private let little: [UInt8] = [
    73, 73, 42, 0, 8, 0, 0, 0, 1, 0, 18, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
  ]

  @Test("is found in either order of bytes, and in nothing that is no such data")
  func found() {
    for data in [big, little, Array("Exif\0\0".utf8) + big] {
      #expect(EXIFOrientation(data)?.number == 6)
      for length in 0..<data.count - 8 {
        #expect(EXIFOrientation(data.prefix(length)) == nil, "\(length)")
      }
    }
    #expect(EXIFOrientation(0) == nil && EXIFOrientation(9) == nil)
    #expect(EXIFOrientation([UInt8](repeating: 255, count: 40)) == nil)
    // A directory far outside.
    #expect(EXIFOrientation([77, 77, 0, 42, 255, 255, 255, 255, 0, 1]) == nil)
  }

  @Test("is followed where a PNG file has one")
  func png() throws {
    var random = RandomStream(seed: 1, purpose: "sideways")
    let made = MadePNG(.colour, depth: 8, isInterlaced: false, using: &random)
    let end = MadePNG.chunk("IEND", []).count
    let beginning = [UInt8](made.file).prefix(made.file.count - end)
    let turned = Data(
      beginning + MadePNG.chunk("eXIf", big) + MadePNG.chunk("IEND", []))
    let orientation = try #require(EXIFOrientation(6))
    let read = try PNGFile.parse(turned, path: "a.png")
    #expect(read == orientation.upright(made.image))
    #expect((read.height, read.width) == (made.image.width, made.image.height))
  }
}
