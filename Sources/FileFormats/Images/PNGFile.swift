import Foundation

/// PNG images.
///
/// Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
public enum PNGFile {
  /// Reads an image. Palettes are resolved, a colour that stands for transparency becomes an opacity, and values
  /// of 1, 2, 4 or 16 bits are scaled to 8 and rounded; an image that a camera has taken sideways is turned (`eXIf`);
  /// gamma and colour profiles are left alone.
  ///
  /// - Throws: `FileFormatError` naming the place and what was found there.
  public static func read(_ path: String) throws -> RasterImage {
    try parse(SystemFile.readAll(path), path: path)
  }

  static func parse(_ data: Data, path: String) throws -> RasterImage {
    let bytes = [UInt8](data)
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    guard bytes.starts(with: signature) else {
      throw malformed(
        "signature at byte 0", "\(bytes.prefix(8).map { $0 })",
        "\(signature), the start of a PNG file")
    }
    var header: PNGHeader?
    var palette = PNGPalette()
    var orientation: EXIFOrientation?
    var compressed: [UInt8] = []
    var position = signature.count
    var isEnded = false
    while !isEnded {
      guard let chunk = PNGChunk(bytes, at: position) else {
        throw malformed("chunk at byte \(position)", "the end of the file", "a whole chunk")
      }
      guard chunk.isIntact else {
        throw malformed("chunk \(chunk.name) at byte \(position)", "another checksum", "its own")
      }
      let start = position
      position = chunk.end
      switch chunk.name {
      case "IHDR":
        guard let read = PNGHeader(chunk.contents), header == nil else {
          throw malformed(
            "chunk IHDR", "\(chunk.contents.map { $0 })", "sizes, depth and kind of a PNG image")
        }
        header = read
      case "PLTE": palette.colours = Array(chunk.contents)
      case "tRNS": palette.transparency = Array(chunk.contents)
      case "eXIf": orientation = EXIFOrientation(chunk.contents)
      case "IDAT": compressed += chunk.contents
      case "IEND": isEnded = true
      default:
        guard chunk.isAncillary else {
          throw malformed("chunk at byte \(start)", chunk.name, "a chunk of the standard")
        }
      }
    }
    guard let header else { throw malformed("chunk IHDR", "none", "one, at the start") }
    let raw: [UInt8]
    do {
      raw = try compressed.withUnsafeBytes { bytes throws(Inflater.Failure) in
        try ZlibStream.decompress(bytes, limit: header.rawBytes)
      }
    } catch {
      throw malformed("image data", "\(error)", "a zlib stream of \(header.rawBytes) bytes")
    }
    guard raw.count == header.rawBytes else {
      throw malformed("image data", "\(raw.count) bytes", "\(header.rawBytes) bytes")
    }
    guard let samples = PNGSamples(raw, header) else {
      throw malformed("image data", "a row with an unknown filter", "filters 0 to 4")
    }
    guard let image = palette.image(of: samples.values, header) else {
      throw malformed(
        "chunks PLTE and tRNS", "\(palette.colours.count) and \(palette.transparency.count) bytes",
        "a colour for every index of the image")
    }
    return orientation?.upright(image) ?? image
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}

/// One chunk of a PNG file.
private struct PNGChunk {
  let name: String
  let contents: ArraySlice<UInt8>
  let end: Int
  let isIntact: Bool

  init?(_ bytes: [UInt8], at start: Int) {
    guard bytes.count >= start + 12 else { return nil }
    func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    let length = number(start)
    guard bytes.count - start - 12 >= length else { return nil }
    end = start + 12 + length
    let letters = bytes[start + 4..<start + 8]
    name =
      letters.allSatisfy({ (65...90).contains($0 & ~32) })
      ? String(decoding: letters, as: UTF8.self) : "\(Array(letters))"
    contents = bytes[start + 8..<end - 4]
    isIntact = CRC32.value(of: bytes[start + 4..<end - 4]) == UInt32(number(end - 4))
  }

  /// Whether an image can be read without it.
  var isAncillary: Bool { name.utf8.first.map { (97...122).contains($0) } ?? false }
}
