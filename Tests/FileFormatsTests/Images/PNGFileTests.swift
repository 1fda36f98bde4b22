import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FileFormats

@Suite("PNG files")
struct PNGFileTests {
  private func parse(_ base64: String) throws -> RasterImage {
    try PNGFile.parse(#require(Data(base64Encoded: base64)), path: "a.png")
  }

  /// Made by Pillow from x = numpy.arange(12).reshape(3, 4).
  @Test("of another program come out as it made them")
  func foreign() throws {
    func image(_ height: Int, _ channels: Int, _ pixel: (Int) -> [Int]) -> RasterImage {
      let pixels = (0..<4 * height).flatMap(pixel).map { UInt8($0) }
      return RasterImage(height: height, width: 4, channels: channels, pixels: pixels)
    }
    // 20·x, every row twice
    let grey = try parse(
      """
      iVBORw0KGgoAAAANSUhEUgAAAAQAAAAGCAAAAADBUmCpAAAAGElEQVR42mNkEBERYWJgYGBgDICxWOAsABWGAWEkCg4HAAAAAElF\
      TkSuQmCC
      """)
    #expect(grey == image(6, 1) { [20 * ($0 / 8 * 4 + $0 % 4)] })
    // 20·x, 255 − 20·x, 7·x
    let colour = try parse(
      """
      iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAAF0lEQVR4nGNk+M8g8oYdglgCNshg5wAA8+QMgJ8AXmkAAAAASUVO\
      RK5CYII=
      """)
    #expect(colour == image(3, 3) { [20 * $0, 255 - 20 * $0, 7 * $0] })
    // x mod 5 of a palette, the opacity of the first three 255, 0 and 128
    let palette = try parse(
      """
      iVBORw0KGgoAAAANSUhEUgAAAAQAAAADBAMAAABG2rP1AAAAD1BMVEUKFB4oMjxGUFoBAgP/AP9KsnUSAAAAA3RSTlP/AICpVnMT\
      AAAAEUlEQVR4nGNkVGKyf8/05T0ACOgDOl9irn8AAAAASUVORK5CYII=
      """)
    let colours = [
      [10, 20, 30, 255], [40, 50, 60, 0], [70, 80, 90, 128], [1, 2, 3, 255], [255, 0, 255, 255],
    ]
    #expect(palette == image(3, 4) { colours[$0 % 5] })
    // 5,000·x in 16 bits
    let deep = try parse(
      """
      iVBORw0KGgoAAAANSUhEUgAAAAQAAAADEAAAAADBDy1ZAAAAHElEQVR4nGNgYBDuUBewmsHipyCsIKIgrABnAAA2+QO9ETynPQAA\
      AABJRU5ErkJggg==
      """)
    #expect(deep == image(3, 1) { [(10_000 * $0 + 257) / 514] })
  }

  @Test("of every kind, depth, filter and interlacing give their values", arguments: 1...4)
  func kinds(seed: Int) throws {
    var random = RandomStream(seed: 4, purpose: "images", seed)
    for kind in [PNGHeader.Kind.grey, .colour, .palette, .greyWithOpacity, .colourWithOpacity] {
      for depth in kind.depths {
        for isInterlaced in [false, true] {
          let made = MadePNG(kind, depth: depth, isInterlaced: isInterlaced, using: &random)
          #expect(
            try PNGFile.parse(made.file, path: "a.png") == made.image,
            "\(kind), \(depth) bits, \(isInterlaced), \(made.image.height) × \(made.image.width)")
        }
      }
    }
  }

  @Test("damaged anywhere are refused or read, but never crash")
  func damaged() {
    var random = RandomStream(seed: 5, purpose: "damaged images")
    for round in 0..<600 {
      let kind = [PNGHeader.Kind.grey, .palette, .colour][round % 3]
      let made = MadePNG(
        kind, depth: kind.depths[round % kind.depths.count], isInterlaced: round % 2 == 0,
        using: &random)
      var bytes = [UInt8](made.file)
      for _ in 0...random.integer(below: 3) {
        bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
      }
      if round % 5 == 0 { bytes.removeLast(random.integer(below: bytes.count)) }
      // With the right checksums damage gets further.
      if round % 2 == 0 { MadePNG.correctChecksums(&bytes) }
      _ = try? PNGFile.parse(Data(bytes), path: "a.png")
    }
  }

  @Test("that are none say what they are")
  func refusals() {
    var random = RandomStream(seed: 6, purpose: "images")
    let file = MadePNG(.grey, depth: 8, isInterlaced: false, using: &random).file
    expectError(["a.png", "signature", "[71, 73, 70, 56"]) {
      _ = try PNGFile.parse(Data("GIF89a, not PNG".utf8), path: "a.png")
    }
    expectError(["a.png", "the end of the file", "a whole chunk"]) {
      _ = try PNGFile.parse(file.dropLast(), path: "a.png")
    }
    var other = file
    other[30] ^= 1
    expectError(["a.png", "chunk IHDR at byte 8", "another checksum"]) {
      _ = try PNGFile.parse(other, path: "a.png")
    }
  }
}
