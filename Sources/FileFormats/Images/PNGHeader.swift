/// What the first chunk of a PNG file says of the image.
struct PNGHeader {
  enum Kind: UInt8 {
    case grey = 0
    case colour = 2
    case palette = 3
    case greyWithOpacity = 4
    case colourWithOpacity = 6

    /// Values a pixel in the file.
    var samples: Int {
      switch self {
      case .grey, .palette: 1
      case .greyWithOpacity: 2
      case .colour: 3
      case .colourWithOpacity: 4
      }
    }

    var depths: [Int] {
      switch self {
      case .grey: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      default: [8, 16]
      }
    }
  }

  let width: Int
  let height: Int
  /// Bits a value.
  let depth: Int
  let kind: Kind
  let isInterlaced: Bool

  /// Reads the contents of `IHDR`; nil if they are not those of an image.
  init?(_ contents: ArraySlice<UInt8>) {
    let bytes = Array(contents)
    guard bytes.count == 13, let kind = Kind(rawValue: bytes[9]) else { return nil }
    func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    (width, height, depth) = (number(0), number(4), Int(bytes[8]))
    self.kind = kind
    isInterlaced = bytes[12] == 1
    guard (1...65_535).contains(width), (1...65_535).contains(height),
      width * height <= RasterImage.mostPixels, kind.depths.contains(depth), bytes[10] == 0,
      bytes[11] == 0, bytes[12] <= 1
    else { return nil }
  }

  /// The images that the file consists of: one, or the seven of Adam's interlacing. Each takes every
  /// `columnStep`th column from `column` on, and rows alike.
  struct Pass {
    let column: Int
    let row: Int
    let columnStep: Int
    let rowStep: Int
    let width: Int
    let height: Int
  }

  var passes: [Pass] {
    let steps =
      isInterlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    return steps.map { column, row, columnStep, rowStep in
      Pass(
        column: column, row: row, columnStep: columnStep, rowStep: rowStep,
        width: (width - column + columnStep - 1) / columnStep,
        height: (height - row + rowStep - 1) / rowStep)
    }.filter { $0.width > 0 && $0.height > 0 }
  }

  /// Returns the bytes of one row, without the byte that names its filter.
  func rowBytes(width: Int) -> Int { (width * kind.samples * depth + 7) / 8 }

  /// The bytes of the whole image before compression.
  var rawBytes: Int { passes.reduce(0) { $0 + $1.height * (1 + rowBytes(width: $1.width)) } }
}
