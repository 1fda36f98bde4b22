/// How an image has to be turned to be upright, as a camera says it.
///
/// Source: JEITA CP-3451, "Exchangeable image file format for digital still cameras: Exif", tag 0x0112.
struct EXIFOrientation: Hashable, Sendable {
  /// 1 to 8; 1 is upright.
  let number: Int

  /// Returns nil for a number that means nothing.
  init?(_ number: Int) {
    guard (1...8).contains(number) else { return nil }
    self.number = number
  }

  /// Looks for the orientation in the first directory of Exif data, which are a TIFF file's; nil where there is none.
  init?(_ exif: some Collection<UInt8>) {
    var bytes = Array(exif)
    // Of JPEG's segment; some programs write it into PNG files too.
    if bytes.starts(with: Array("Exif\0\0".utf8)) { bytes.removeFirst(6) }
    let isLittle = bytes.starts(with: Array("II*\0".utf8))
    guard isLittle || bytes.starts(with: Array("MM\0*".utf8)) else { return nil }
    func number(_ start: Int, _ count: Int) -> Int? {
      guard start >= 0, start + count <= bytes.count else { return nil }
      let part = bytes[start..<start + count]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = number(start, 2), let type = number(start + 2, 2) else { return nil }
      if tag == 0x0112, type == 3, let value = number(start + 8, 2) {
        self.init(value)
        return
      }
    }
    return nil
  }

  /// Returns the image turned or mirrored so that it is upright.
  func upright(_ image: RasterImage) -> RasterImage {
    guard number != 1 else { return image }
    let (height, width, channels) = (image.height, image.width, image.channels)
    let isTransposed = number >= 5
    let (rows, columns) = isTransposed ? (width, height) : (height, width)
    let fromBelow = [3, 4, 6, 7].contains(number)
    let fromRight = [2, 3, 7, 8].contains(number)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(image.pixels.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = isTransposed ? (column, row) : (row, column)
        let start = (fromBelow ? height - 1 - y : y) * width + (fromRight ? width - 1 - x : x)
        pixels += image.pixels[start * channels..<(start + 1) * channels]
      }
    }
    return RasterImage(height: rows, width: columns, channels: channels, pixels: pixels)
  }
}
