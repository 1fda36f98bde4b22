import Datasets
import FileFormats

/// The standardisation that a given teacher was trained with, where it is not that of the training split.
struct OwnStandardization: Hashable, Sendable {
  /// Of each channel, of pixels 0…1.
  var mean: [Double]
  var deviation: [Double]

  static let keys = ["mean", "deviation"]

  /// Reads `"mean"` and `"deviation"`, a number for each channel; nil where both are missing.
  ///
  /// - Throws: `JSONError` naming the field.
  init?(_ members: JSONMembers) throws(JSONError) {
    guard members["mean"] != nil || members["deviation"] != nil else { return nil }
    mean = try members.required("mean").elements(of: "numbers, one for each channel")
      .map { element throws(JSONError) in try element.number(in: -.infinity...(.infinity)) }
    deviation = try members.required("deviation").elements(of: "numbers, one for each channel")
      .map { element throws(JSONError) in try element.positive(of: "pixel values") }
  }

  /// Checks that there is a number for each channel.
  ///
  /// - Parameter place: The path of the teacher in `study.json`.
  /// - Throws: `JSONError`.
  func check(channels: Int, file: String, place: String) throws(JSONError) {
    for (name, values) in [("mean", mean), ("deviation", deviation)] where values.count != channels
    {
      throw .invalid(
        file: file, field: "\(place).\(name)", value: "\(values.count) numbers",
        expected: "\(channels), one for each channel of the images")
    }
  }

  /// On one line: equal texts are equal standardisations.
  var identity: String { "mean=\(mean) deviation=\(deviation)" }
}

/// A map of images standardised one way to the same images standardised another way, channel by channel.
///
///     (x · d + m − m′) / d′ = a · x + b
struct PixelMap: Sendable {
  /// a, one for each channel.
  private let factors: [Float]
  /// b.
  private let addends: [Float]
  let isIdentity: Bool

  init(from given: Standardization, to wanted: Standardization) {
    let channels = given.mean.indices
    let factors = channels.map { given.standardDeviation[$0] / wanted.standardDeviation[$0] }
    let addends = channels.map {
      (given.mean[$0] - wanted.mean[$0]) / wanted.standardDeviation[$0]
    }
    isIdentity = factors.allSatisfy { $0 == 1 } && addends.allSatisfy { $0 == 0 }
    (self.factors, self.addends) = (factors.map { Float($0) }, addends.map { Float($0) })
  }

  /// Maps `count` values, `[…, channels]`.
  func write(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    let channels = factors.count
    for start in stride(from: 0, to: count, by: channels) {
      for channel in 0..<channels {
        output[start + channel] = factors[channel] * input[start + channel] + addends[channel]
      }
    }
  }
}
