import FileFormats

extension RasterImage {
  /// Returns the picture without opacity.
  ///
  /// - Parameters:
  ///   - background: What shows through where it is not opaque, red, green and blue; nil refuses that.
  ///   - path: What errors call the picture.
  /// - Throws: `DatasetError.invalidData`.
  func flattened(onto background: [UInt8]?, path: String) throws -> RasterImage {
    guard hasOpacity else { return self }
    let colours = channels - 1
    let count = height * width
    let isOpaque = (0..<count).allSatisfy { pixels[($0 + 1) * channels - 1] == 255 }
    guard isOpaque || background != nil else {
      throw DatasetError.invalidData(
        file: path, location: "pixels", found: "some that are not opaque",
        expected: "opaque ones, or autodistill data import with --background and the colour that "
          + "shows through, such as white")
    }
    let behind = background ?? [0, 0, 0]
    let grey = (299 * Int(behind[0]) + 587 * Int(behind[1]) + 114 * Int(behind[2]) + 500) / 1000
    var flat: [UInt8] = []
    flat.reserveCapacity(count * colours)
    for place in 0..<count {
      let start = place * channels
      let opacity = Int(pixels[start + colours])
      for colour in 0..<colours {
        let back = colours == 1 ? grey : Int(behind[colour])
        flat.append(
          UInt8((Int(pixels[start + colour]) * opacity + back * (255 - opacity) + 127) / 255))
      }
    }
    return RasterImage(height: height, width: width, channels: colours, pixels: flat)
  }
}
