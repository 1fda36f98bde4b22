import Foundation
import RandomStreams

/// An image in memory whose values are 0 (black) to 1 (white).
struct PixelImage: Equatable {
  let height: Int
  let width: Int
  let channels: Int
  /// `[height, width, channels]`
  var values: [Float]
}

extension PixelImage {
  /// Makes the image worse.
  ///
  /// - Parameter stream: Decides what is random. The same stream at a higher severity gives more of the same:
  ///   a larger square in the same place, the same noise but stronger.
  mutating func apply(_ corruption: Corruption, stream: RandomStream) {
    guard corruption.severity > 0 else { return }
    var stream = stream
    let strength = corruption.strength
    let side = Float(min(height, width))
    switch corruption.kind {
    case .occlusion: occlude(side: Int((strength * side).rounded()), &stream)
    case .brightness:
      let change = stream.integer(below: 2) == 0 ? strength : -strength
      for place in values.indices { values[place] += change }
    case .contrast: reduceContrast(by: strength)
    case .noise:
      for place in values.indices { values[place] += strength * Float(stream.normal()) }
    case .blur: blur(deviation: strength * side)
    case .shift: shift(by: strength * side, angle: 2 * .pi * Float(stream.uniform()))
    case .rotation: rotate(by: stream.integer(below: 2) == 0 ? strength : -strength)
    }
    for place in values.indices { values[place] = min(1, max(0, values[place])) }
  }

  /// Hides a square; its centre is anywhere in the image, so a part of it may lie outside.
  private mutating func occlude(side: Int, _ stream: inout RandomStream) {
    let (row, column) = (stream.integer(below: height), stream.integer(below: width))
    let rows = max(0, row - side / 2)..<min(height, row - side / 2 + side)
    let columns = max(0, column - side / 2)..<min(width, column - side / 2 + side)
    for row in rows {
      let start = (row * width + columns.lowerBound) * channels
      for place in start..<start + columns.count * channels { values[place] = 0.5 }
    }
  }

  private mutating func reduceContrast(by share: Float) {
    for channel in 0..<channels {
      let places = stride(from: channel, to: values.count, by: channels)
      let mean = places.reduce(Float(0)) { $0 + values[$1] } / Float(height * width)
      for place in places { values[place] += share * (mean - values[place]) }
    }
  }

  /// Along the rows, then along the columns; beyond the border its pixels are repeated.
  private mutating func blur(deviation: Float) {
    let reach = Int((3 * deviation).rounded(.up))
    var weights = (-reach...reach).map { exp(-Float($0 * $0) / (2 * deviation * deviation)) }
    let sum = weights.reduce(0, +)
    for index in weights.indices { weights[index] /= sum }
    values = map { row, column, channel in
      weights.indices.reduce(0) {
        $0 + weights[$1] * value(row, column + $1 - reach, channel)
      }
    }
    values = map { row, column, channel in
      weights.indices.reduce(0) {
        $0 + weights[$1] * value(row + $1 - reach, column, channel)
      }
    }
  }

  /// Moves the image; values between pixels are interpolated.
  private mutating func shift(by pixels: Float, angle: Float) {
    let (rows, columns) = (pixels * sin(angle), pixels * cos(angle))
    values = map { row, column, channel in
      value(between: Float(row) - rows, Float(column) - columns, channel)
    }
  }

  /// Turns the image; values between pixels are interpolated.
  private mutating func rotate(by degrees: Float) {
    let angle = degrees * .pi / 180
    let (sine, cosine) = (sin(angle), cos(angle))
    let (middleRow, middleColumn) = (Float(height - 1) / 2, Float(width - 1) / 2)
    values = map { row, column, channel in
      let (y, x) = (Float(row) - middleRow, Float(column) - middleColumn)
      return value(
        between: middleRow + cosine * y - sine * x, middleColumn + sine * y + cosine * x, channel)
    }
  }

  /// A value between pixels, from the four around it.
  @inline(__always)
  private func value(between row: Float, _ column: Float, _ channel: Int) -> Float {
    let (top, left) = (row.rounded(.down), column.rounded(.down))
    let (down, right) = (row - top, column - left)
    func line(_ row: Int) -> Float {
      let start = value(row, Int(left), channel)
      return start + right * (value(row, Int(left) + 1, channel) - start)
    }
    let upper = line(Int(top))
    return upper + down * (line(Int(top) + 1) - upper)
  }

  /// A value of the image, whose border is repeated beyond it.
  @inline(__always)
  private func value(_ row: Int, _ column: Int, _ channel: Int) -> Float {
    let (row, column) = (min(height - 1, max(0, row)), min(width - 1, max(0, column)))
    return values[(row * width + column) * channels + channel]
  }

  /// Returns new values, computed place by place.
  @inline(__always)
  private func map(_ value: (_ row: Int, _ column: Int, _ channel: Int) -> Float) -> [Float] {
    [Float](unsafeUninitializedCapacity: values.count) { output, count in
      var place = 0
      for row in 0..<height {
        for column in 0..<width {
          for channel in 0..<channels {
            output.initializeElement(at: place, to: value(row, column, channel))
            place += 1
          }
        }
      }
      count = place
    }
  }
}
