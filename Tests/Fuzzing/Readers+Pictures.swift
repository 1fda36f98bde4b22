import FileFormats
import Foundation

extension Reader {
  static let pictureReaders: [Reader] = [
    // A picture takes some bytes a pixel, and a few bytes of a file can hold many pixels.
    Reader(
      "png", file: "input.png", share: 40, allowance: 256 << 20, repair: PNGBytes.repaired,
      seeds: { _ in
        [
          PNGBytes.image(
            width: 2, height: 2, depth: 8, kind: 2,
            rows: [0, 1, 2, 3, 4, 5, 6, 4, 1, 1, 1, 1, 1, 1]),
          PNGBytes.image(
            width: 3, height: 2, depth: 4, kind: 3, rows: [1, 0x01, 0x20, 2, 0x10, 0x20],
            chunks: [("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9]), ("tRNS", [0, 128])]),
          PNGBytes.image(
            width: 3, height: 3, depth: 16, kind: 4, isInterlaced: true,
            rows: (0..<5).flatMap { _ in [UInt8](repeating: 0, count: 9) }),
          PNGBytes.image(
            width: 1, height: 1, depth: 1, kind: 0, rows: [0, 128], chunks: [("tRNS", [0, 1])]),
        ] + (try Reader.committed("Tests/Fuzzing/Seeds", suffix: ".png", atMost: 1 << 16))
      }
    ) { input in
      _ = try PNGFile.read(input.path())
    },
    Reader(
      "netpbm", file: "input.ppm", share: 20, allowance: 256 << 20,
      seeds: { _ in
        [
          "P1 3 2\n101\n# x\n0 1 0\n", "P2 2 2 15\n0 15 7 3", "P3\n1 1\n255\n1 2 3", "P4 9 1\nab",
          "P5 2 1 255\nab", "P6 1 1 65535\nabcdef",
        ].map { Array($0.utf8) }
      }
    ) { input in
      _ = try NetpbmFile.read(input.path())
    },
  ]
}
