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

  /// Takes statistics of the pixels as they are stored.
  init(means: [Double], variances: [Double], type: PixelType) {
    let unit: Double = type == .uint8 ? 255 : 1
    mean = means.map { $0 / unit }
    standardDeviation = variances.map { variance in
      let variance = variance / (unit * unit)
      return variance > 0 ? variance.squareRoot() : 1
    }
  }
}
