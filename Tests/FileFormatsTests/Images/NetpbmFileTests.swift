import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FileFormats

@Suite("Netpbm files")
struct NetpbmFileTests {
  private func parse(_ text: String, _ values: [UInt8] = []) throws -> RasterImage {
    try NetpbmFile.parse(Data(Array(text.utf8) + values), path: "a.pgm")
  }

  @Test("plain and binary give the same pixels, comments and white space left out")
  func formats() throws {
    let bitmap = RasterImage(height: 2, width: 3, channels: 1, pixels: [0, 255, 0, 255, 0, 255])
    #expect(try parse("P1\n# made by hand\n3 2\n101\n0 1 0\n") == bitmap)
    #expect(try parse("P4 3\t2\n", [0b1010_0000, 0b0100_0000]) == bitmap)
    let grey = RasterImage(height: 1, width: 3, channels: 1, pixels: [0, 17, 255])
    #expect(try parse("P2\n3 1 # three\n15\n0 1 15\n") == grey)
    #expect(try parse("P5\n3 1\n255\n", [0, 17, 255]) == grey)
    #expect(try parse("P5\n3 1\n15\n", [0, 1, 15]) == grey)
    #expect(try parse("P5\n3 1\n65535\n", [0, 0, 17, 17, 255, 255]) == grey)
    let colour = RasterImage(height: 1, width: 2, channels: 3, pixels: [1, 2, 3, 255, 0, 9])
    #expect(try parse("P3 2 1 255 1 2 3 255 0 9") == colour)
    #expect(try parse("P6 2 1 255\n", [1, 2, 3, 255, 0, 9]) == colour)
  }

  @Test("that are wrong say where")
  func refusals() {
    for (text, values, parts) in [
      ("P7\n", [], ["magic number at byte 0", "P1 to P6"]),
      ("P5\n0 1\n255\n", [1], ["width at byte 3", "found 0"]),
      ("P5\n3 1\n", [], ["maximum value at byte 7", "no number"]),
      ("P5\n3 1\n255\n", [1, 2], ["values at byte 11", "2 bytes", "3 bytes"]),
      ("P5\n1 1\n100\n", [101], ["value 0", "101", "at most the maximum, 100"]),
      ("P2\n2 1\n9\n1 12\n", [], ["a value at byte 11", "found 12", "0 to 9"]),
      ("P1\n2 1\n12\n", [], ["a pixel at byte 8", "0 or 1"]),
      ("P5\n65535 65535\n255\n", [], ["size", "65535 × 65535"]),
    ] as [(String, [UInt8], [String])] {
      expectError(["a.pgm"] + parts) { _ = try parse(text, values) }
    }
  }

  @Test("damaged anywhere are refused or read, but never crash")
  func damaged() {
    var random = RandomStream(seed: 7, purpose: "damaged images")
    for start in [
      "P2\n3 2\n255\n1 2 3 4 5 6\n", "P6\n2 1\n255\n123456", "P4\n9 2\nabcd", "P1 2 2 0110",
    ] {
      for _ in 0..<300 {
        var bytes = Array(start.utf8)
        bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
        _ = try? NetpbmFile.parse(Data(bytes), path: "a.pgm")
      }
    }
  }
}
