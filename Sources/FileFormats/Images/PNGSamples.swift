/// The values of a PNG image, its filters undone.
struct PNGSamples {
  /// `[height, width, samples]`, each as deep as the file says.
  private(set) var values: [UInt16]

  /// Undoes the filters; nil if one is unknown.
  init?(_ raw: [UInt8], _ header: PNGHeader) {
    let samples = header.kind.samples
    values = [UInt16](repeating: 0, count: header.width * header.height * samples)
    // Filters work on whole bytes: that of the pixel before, or the byte before where pixels share one.
    let back = max(1, samples * header.depth / 8)
    var position = 0
    for pass in header.passes {
      let count = header.rowBytes(width: pass.width)
      var above = [UInt8](repeating: 0, count: count)
      for row in 0..<pass.height {
        var line = Array(raw[position + 1..<position + 1 + count])
        guard PNGSamples.undo(raw[position], &line, above, back: back) else { return nil }
        position += 1 + count
        for column in 0..<pass.width {
          let place =
            ((pass.row + row * pass.rowStep) * header.width + pass.column
              + column * pass.columnStep) * samples
          for sample in 0..<samples {
            values[place + sample] = PNGSamples.value(
              column * samples + sample, of: line, depth: header.depth)
          }
        }
        above = line
      }
    }
  }

  private static func value(_ index: Int, of line: [UInt8], depth: Int) -> UInt16 {
    switch depth {
    case 16: return UInt16(line[2 * index]) << 8 | UInt16(line[2 * index + 1])
    case 8: return UInt16(line[index])
    default:
      let bit = index * depth
      return UInt16(line[bit / 8] >> UInt8(8 - depth - bit % 8)) & (1 << UInt16(depth) - 1)
    }
  }

  /// Undoes a row's filter; false if it is unknown.
  private static func undo(
    _ filter: UInt8, _ line: inout [UInt8], _ above: [UInt8], back: Int
  ) -> Bool {
    switch filter {
    case 0: break
    case 1: for index in line.indices.dropFirst(back) { line[index] &+= line[index - back] }
    case 2: for index in line.indices { line[index] &+= above[index] }
    case 3:
      for index in line.indices {
        let left = index < back ? 0 : Int(line[index - back])
        line[index] &+= UInt8((left + Int(above[index])) / 2)
      }
    case 4:
      for index in line.indices {
        line[index] &+=
          index < back
          ? above[index] : nearest(line[index - back], above[index], above[index - back])
      }
    default: return false
    }
    return true
  }

  /// Paeth's predictor: the neighbour that is nearest to left + above − corner.
  private static func nearest(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let estimate = Int(left) + Int(above) - Int(corner)
    let (a, b, c) = (
      abs(estimate - Int(left)), abs(estimate - Int(above)), abs(estimate - Int(corner))
    )
    return a <= b && a <= c ? left : b <= c ? above : corner
  }
}
