import CIntegerVectors

/// The rows and columns of a window inside the image, for each output.
private func forEachWindow(
  _ place: WindowPlace, _ body: (_ position: Int, _ first: Int, _ rows: Int, _ columns: Int) -> Void
) {
  for y in 0..<place.extent.height {
    let rows = place.rows(at: y)
    let top = y * place.window.strideY + rows.lowerBound - place.extent.top
    for x in 0..<place.extent.width {
      let columns = place.columns(at: x)
      let left = x * place.window.strideX + columns.lowerBound - place.extent.left
      body(
        y * place.extent.width + x, (top * place.width + left) * place.channels, rows.count,
        columns.count)
    }
  }
}

/// Adds up a window's bytes of sixteen channels.
@inline(__always)
private func sum(
  _ first: UnsafePointer<UInt8>, rows: Int, columns: Int, line: Int, pixel: Int
) -> Words {
  var (even, odd) = (Words.zero, Words.zero)
  var row = first
  for _ in 0..<rows {
    var source = row
    var rest = columns
    while rest >= 2 {
      even &+= lanes_widened(source.bytes(0))
      odd &+= lanes_widened(source.bytes(pixel))
      source += 2 &* pixel
      rest &-= 2
    }
    if rest > 0 { even &+= lanes_widened(source.bytes(0)) }
    row += line
  }
  return even &+ odd
}

struct AveragePoolStep: IntegerStep {
  let place: WindowPlace
  let range: ClosedRange<Int32>
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>

  func run(images: Int) {
    let (pixel, line) = (place.channels, place.width * place.channels)
    let (low, high) = (Words(repeating: range.lowerBound), Words(repeating: range.upperBound))
    for image in 0..<images {
      let source = input + image * place.height * line
      let target = output + image * place.extent.height * place.extent.width * pixel
      forEachWindow(place) { position, first, rows, columns in
        let count = rows * columns
        for channel in stride(from: 0, to: pixel, by: laneCount) {
          let sums =
            sum(source + first + channel, rows: rows, columns: columns, line: line, pixel: pixel)
            &- Words(repeating: Int32(128 * count))
          let means = lanes_min(lanes_max(rounded(sums, count: Int32(count)), low), high)
          target.store(
            lanes_narrowed(means &+ Words(repeating: 128)), position * pixel + channel,
            count: pixel - channel)
        }
      }
    }
  }

  /// Sums divided by a count, halves away from zero: ⌊(2 |sum| + count) / (2 count)⌋ with the sum's sign. The quotient
  /// in fp32 is off by one at most, which the remainder shows.
  @inline(__always)
  private func rounded(_ sums: Words, count: Int32) -> Words {
    let sign = sums &>> 31
    let twice = Words(repeating: 2 &* count)
    let dividend = ((sums ^ sign) &- sign) &* 2 &+ Words(repeating: count)
    var quotient = lanes_truncated(
      lanes_to_float(dividend) * Floats(repeating: 1 / Float(2 &* count)))
    let rest = dividend &- quotient &* twice
    quotient = quotient &+ (rest &>> 31)
    quotient = quotient &- ((twice &- 1 &- rest) &>> 31)
    return (quotient ^ sign) &- sign
  }
}

struct MaxPoolStep: IntegerStep {
  let place: WindowPlace
  let range: ClosedRange<Int32>
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>

  func run(images: Int) {
    let (pixel, line) = (place.channels, place.width * place.channels)
    let low = Bytes(repeating: UInt8(range.lowerBound + 128))
    let high = Bytes(repeating: UInt8(range.upperBound + 128))
    for image in 0..<images {
      let source = input + image * place.height * line
      let target = output + image * place.extent.height * place.extent.width * pixel
      forEachWindow(place) { position, first, rows, columns in
        for channel in stride(from: 0, to: pixel, by: laneCount) {
          var largest = low
          for row in 0..<rows {
            let start = source + first + row * line + channel
            for column in 0..<columns {
              largest = pointwiseMax(largest, start.bytes(column * pixel))
            }
          }
          target.store(
            pointwiseMin(largest, high), position * pixel + channel, count: pixel - channel)
        }
      }
    }
  }
}

/// The mean over height and width.
struct MeanStep: IntegerStep {
  let rule: MeanRule
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>

  func run(images: Int) {
    let pixel = rule.channels
    for image in 0..<images {
      let source = input + image * rule.positions * pixel
      for channel in stride(from: 0, to: pixel, by: laneCount) {
        let sums =
          sum(source + channel, rows: 1, columns: rule.positions, line: 0, pixel: pixel)
          &- Words(repeating: Int32(truncatingIfNeeded: 128 &* rule.positions))
        for lane in 0..<min(laneCount, pixel - channel) {
          output[image * pixel + channel + lane] =
            UInt8(bitPattern: rule.output(sums[lane])) ^ 128
        }
      }
    }
  }
}
