/// One number of every image: of its pixels, or of what the student says of it.
public struct Measure: Hashable, Sendable {
  /// As files have it.
  public let name: String
  /// In words, for people.
  public let meaning: String

  static let brightness = Measure(name: "brightness", meaning: "mean of an image's pixels")
  static let contrast = Measure(
    name: "contrast", meaning: "standard deviation of an image's pixels")
  static let noise = Measure(name: "noise", meaning: "estimated noise of an image")
  static let confidence = Measure(
    name: "confidence", meaning: "probability of the predicted class")
  static let margin = Measure(
    name: "margin", meaning: "probability of the predicted class less that of the next")

  static func channelMean(_ channel: Int) -> Measure {
    Measure(name: "channel_mean_\(channel)", meaning: "mean of channel \(channel) of an image")
  }

  /// What is measured of images of a shape, in the order of reports. One channel's mean is the brightness; beyond
  /// eight channels their means are left out, since each further test makes all others less sharp.
  public static func all(height: Int, width: Int, channels: Int) -> [Measure] {
    let colors = (2...8).contains(channels) ? (0..<channels).map(channelMean) : []
    let noise = height >= 3 && width >= 3 ? [noise] : []
    return [brightness, contrast] + colors + noise + [confidence, margin]
  }
}

extension ImageMeasures {
  /// Returns the value of a measure of pixels; nil for one of predictions.
  func value(of measure: Measure) -> Float? {
    switch measure {
    case .brightness: brightness
    case .contrast: contrast
    case .noise: noise
    default:
      channelMeans.indices.first { measure == .channelMean($0) }.map { channelMeans[$0] }
    }
  }
}
