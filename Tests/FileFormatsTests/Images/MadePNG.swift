import Foundation
import RandomStreams

@testable import FileFormats

/// A random image as a PNG file, and what must come out of it.
struct MadePNG {
  let file: Data
  let image: RasterImage

  init(
    _ kind: PNGHeader.Kind, depth: Int, isInterlaced: Bool, using random: inout RandomStream
  ) {
    let (height, width) = (1 + random.integer(below: 11), 1 + random.integer(below: 19))
    let samples = kind.samples
    let colourCount = kind == .palette ? 1 + random.integer(below: 1 << depth) : 1 << depth
    let values = (0..<height * width * samples).map { _ in random.integer(below: colourCount) }
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    bytes += Self.chunk(
      "IHDR",
      bigEndian(UInt32(width)) + bigEndian(UInt32(height))
        + [UInt8(depth), kind.rawValue, 0, 0, isInterlaced ? 1 : 0])
    var palette = [UInt8]()
    if kind == .palette {
      palette = (0..<3 * colourCount).map { _ in UInt8(random.integer(below: 256)) }
      bytes += Self.chunk("PLTE", palette)
    }
    bytes += Self.chunk("tEXt", Array("Comment\0made".utf8))
    let data = storedStream(
      Self.rows(values, height, width, samples, depth, isInterlaced, using: &random),
      blockBytes: 100)
    // The stream may be cut anywhere.
    let cut = random.integer(below: data.count)
    bytes += Self.chunk("IDAT", Array(data.prefix(cut)))
    bytes += Self.chunk("IDAT", Array(data.dropFirst(cut)))
    file = Data(bytes + Self.chunk("IEND", []))
    let maximum = Double((1 << depth) - 1)
    image = RasterImage(
      height: height, width: width, channels: kind == .palette ? 3 : samples,
      pixels: kind == .palette
        ? values.flatMap { palette[3 * $0..<3 * $0 + 3] }
        : values.map { UInt8((255 * Double($0) / maximum).rounded()) })
  }

  static func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + contents
    return bigEndian(UInt32(contents.count)) + checked + bigEndian(CRC32.value(of: checked))
  }

  /// Gives every whole chunk its checksum.
  static func correctChecksums(_ bytes: inout [UInt8]) {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 12 + length
      guard end <= bytes.count else { return }
      bytes.replaceSubrange(
        end - 4..<end, with: bigEndian(CRC32.value(of: bytes[position + 4..<end - 4])))
      position = end
    }
  }

  /// Returns the filtered rows of all passes, each row by a filter of its own.
  private static func rows(
    _ values: [Int], _ height: Int, _ width: Int, _ samples: Int, _ depth: Int,
    _ isInterlaced: Bool, using random: inout RandomStream
  ) -> [UInt8] {
    let passes =
      isInterlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    let back = max(1, samples * depth / 8)
    var bytes: [UInt8] = []
    for (column, row, columnStep, rowStep) in passes where column < width && row < height {
      var above: [UInt8]?
      for y in stride(from: row, to: height, by: rowStep) {
        var line: [UInt8] = []
        var bits = 0
        for x in stride(from: column, to: width, by: columnStep) {
          for sample in 0..<samples {
            let value = values[(y * width + x) * samples + sample]
            if depth == 16 {
              line += [UInt8(value >> 8), UInt8(value & 255)]
            } else {
              if bits % 8 == 0 { line.append(0) }
              line[line.count - 1] |= UInt8(value << (8 - depth - bits % 8))
              bits += depth
            }
          }
        }
        let filter = random.integer(below: 5)
        bytes += [UInt8(filter)] + filtered(line, above, filter, back: back)
        above = line
      }
    }
    return bytes
  }

  private static func filtered(
    _ line: [UInt8], _ above: [UInt8]?, _ filter: Int, back: Int
  ) -> [UInt8] {
    line.indices.map { index in
      let left = index < back ? 0 : Int(line[index - back])
      let up = Int(above?[index] ?? 0)
      let corner = index < back ? 0 : Int(above?[index - back] ?? 0)
      let estimate = left + up - corner
      let nearest = [left, up, corner].min { abs(estimate - $0) < abs(estimate - $1) } ?? 0
      let guess = [0, left, up, (left + up) / 2, nearest][filter]
      return line[index] &- UInt8(guess)
    }
  }
}
