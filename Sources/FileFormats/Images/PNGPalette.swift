/// What turns the values of a PNG file into grey or colours: the palette, and what is transparent.
struct PNGPalette {
  /// Red, green and blue of each index.
  var colours: [UInt8] = []
  /// The opacity of each index; without a palette the one value or colour that is transparent, two bytes each.
  var transparency: [UInt8] = []

  /// Returns the image; nil if an index has no colour.
  func image(of values: [UInt16], _ header: PNGHeader) -> RasterImage? {
    func image(_ channels: Int, _ pixels: [UInt8]) -> RasterImage {
      RasterImage(height: header.height, width: header.width, channels: channels, pixels: pixels)
    }
    if header.kind == .palette {
      let count = colours.count / 3
      guard count > 0, colours.count % 3 == 0, values.allSatisfy({ $0 < count }) else { return nil }
      let isOpaque = transparency.isEmpty
      var pixels: [UInt8] = []
      pixels.reserveCapacity(values.count * (isOpaque ? 3 : 4))
      for value in values {
        let index = Int(value)
        pixels += colours[3 * index..<3 * index + 3]
        if !isOpaque { pixels.append(index < transparency.count ? transparency[index] : 255) }
      }
      return image(isOpaque ? 3 : 4, pixels)
    }
    let maximum = 1 << header.depth - 1
    let scaled = values.map { UInt8((Int($0) * 255 + maximum / 2) / maximum) }
    let samples = header.kind.samples
    guard !transparency.isEmpty, header.kind == .grey || header.kind == .colour else {
      return image(samples, scaled)
    }
    guard transparency.count == 2 * samples else { return nil }
    let key = (0..<samples).map { sample -> UInt16 in
      UInt16(transparency[2 * sample]) << 8 | UInt16(transparency[2 * sample + 1])
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count / samples * (samples + 1))
    for start in stride(from: 0, to: values.count, by: samples) {
      pixels += scaled[start..<start + samples]
      pixels.append(values[start..<start + samples].elementsEqual(key) ? 0 : 255)
    }
    return image(samples + 1, pixels)
  }
}
