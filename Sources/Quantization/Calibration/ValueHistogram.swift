/// How often values of a tensor fall into equal parts of its range.
public struct ValueHistogram: Hashable, Sendable {
  /// From the lowest to the highest value seen.
  public let range: ValueRange
  public private(set) var counts: [Int]

  static let parts = 2048

  init(_ range: ValueRange) {
    self.range = range
    counts = [Int](repeating: 0, count: ValueHistogram.parts)
  }

  var total: Int { counts.reduce(0, +) }
  private var width: Float { (range.high - range.low) / Float(counts.count) }

  /// The value in the middle of a part.
  func middle(_ part: Int) -> Float { range.low + (Float(part) + 0.5) * width }

  /// The value at which a part begins; the last one's end for `counts.count`.
  func edge(_ part: Int) -> Float { range.low + Float(part) * width }

  mutating func observe(_ values: UnsafePointer<Float>, count: Int) {
    guard !range.isEmpty else {
      counts[0] += count
      return
    }
    let (low, last, inverse) = (range.low, Float(counts.count - 1), 1 / width)
    counts.withUnsafeMutableBufferPointer { counts in
      for place in 0..<count {
        counts[Int(min(last, max(0, (values[place] - low) * inverse)))] += 1
      }
    }
  }

  mutating func merge(_ other: ValueHistogram) {
    for part in counts.indices { counts[part] += other.counts[part] }
  }
}
