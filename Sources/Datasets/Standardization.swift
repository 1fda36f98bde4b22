import FileFormats
import Foundation

/// What brings every channel to mean 0 and standard deviation 1: `(pixel − mean) /
/// standardDeviation`.
///
/// Pixels stored as `uint8` count as 0…1, that is, divided by 255; `float32` pixels count as they
/// are.
public struct Standardization: Encodable, Hashable, Sendable {
  /// The mean of each channel.
  public let mean: [Double]
  /// The standard deviation of each channel; 1 for a channel that never changes.
  public let standardDeviation: [Double]

  enum CodingKeys: String, CodingKey {
    case mean
    case standardDeviation = "standard_deviation"
  }

  /// Creates a standardisation from known statistics.
  ///
  /// - Precondition: One mean and one positive standard deviation per channel.
  public init(mean: [Double], standardDeviation: [Double]) {
    precondition(
      mean.count == standardDeviation.count && standardDeviation.allSatisfy { $0 > 0 },
      "one mean and one positive standard deviation per channel")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Reads the statistics of so many channels.
  init(_ field: JSONField, channels: Int) throws(JSONError) {
    let members = try field.members(
      of: "a standardization", known: ["mean", "standard_deviation"])
    func perChannel(_ name: String) throws(JSONError) -> [JSONField] {
      let numbers = try members.required(name)
      let elements = try numbers.elements(of: "numbers")
      guard elements.count == channels else {
        throw numbers.expected("\(channels) numbers, one per channel")
      }
      return elements
    }
    mean = try perChannel("mean").map { element throws(JSONError) in
      try element.number(in: -.infinity...(.infinity))
    }
    standardDeviation = try perChannel("standard_deviation").map { element throws(JSONError) in
      try element.positive(of: "pixel values")
    }
  }

  /// Computes the statistics of pixels, `[…, channels]`, dividing by the count (not the count less
  /// one).
  init(pixels: UnsafeRawBufferPointer, type: PixelType, channels: Int) {
    let statistics = (0..<channels).map { channel in
      switch type {
      case .uint8: Self.byteStatistics(pixels, channel: channel, channels: channels)
      case .float32: Self.floatStatistics(pixels, channel: channel, channels: channels)
      }
    }
    mean = statistics.map(\.mean)
    standardDeviation = statistics.map { $0.variance > 0 ? $0.variance.squareRoot() : 1 }
  }

  /// From whole-number sums over a histogram, so nothing is rounded before the last step.
  private static func byteStatistics(
    _ pixels: UnsafeRawBufferPointer, channel: Int, channels: Int
  ) -> (mean: Double, variance: Double) {
    var histogram = [Int](repeating: 0, count: 256)
    histogram.withUnsafeMutableBufferPointer { histogram in
      for index in stride(from: channel, to: pixels.count, by: channels) {
        histogram[Int(pixels[index])] &+= 1
      }
    }
    let count = Double(pixels.count / channels)
    let sum = histogram.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    let mean = Double(sum) / count
    let squares = histogram.enumerated().reduce(0.0) {
      let deviation = Double($1.offset) - mean
      return $0 + deviation * deviation * Double($1.element)
    }
    return (mean / 255, squares / count / (255 * 255))
  }

  /// In two passes, so that a large mean does not swallow the deviations.
  private static func floatStatistics(
    _ pixels: UnsafeRawBufferPointer, channel: Int, channels: Int
  ) -> (mean: Double, variance: Double) {
    let values = pixels.bindMemory(to: Float.self)
    let count = Double(values.count / channels)
    let places = stride(from: channel, to: values.count, by: channels)
    var sum = 0.0
    for place in places { sum += Double(values[place]) }
    let mean = sum / count
    var squares = 0.0
    for place in places {
      let deviation = Double(values[place]) - mean
      squares += deviation * deviation
    }
    return (mean, squares / count)
  }
}
