import FileFormats
import NeuralNetworks

/// How students come to compute in int8.
public struct QuantizationSettings: Hashable, Sendable {
  /// Training images, as they are, by which the ranges of activations are found.
  public var calibrationImages: Int
  /// The length of the training that knows of int8, as a share of the full training's epochs; 0: none, the
  /// students are quantised as they are.
  public var awareShare: Double

  public static let defaults = QuantizationSettings(calibrationImages: 512, awareShare: 0.1)

  /// Creates settings.
  public init(calibrationImages: Int, awareShare: Double) {
    (self.calibrationImages, self.awareShare) = (calibrationImages, awareShare)
  }
}

extension StudyDefinition {
  /// Reads what students compute in on the device.
  static func precision(_ field: JSONField?) throws(JSONError) -> Precision {
    guard let field else { return .fp32 }
    guard let name = try? field.text("a precision"), let precision = Precision(rawValue: name),
      precision != .fp16
    else {
      throw field.expected("\"fp32\" or \"int8\", which students are trained and run in here")
    }
    return precision
  }

  /// Reads how students are quantised; nil in fp32.
  static func quantization(
    _ field: JSONField?, precision: Precision
  ) throws(JSONError) -> QuantizationSettings? {
    guard precision == .int8 else {
      if let field { throw field.expected("nothing without \"precision\": \"int8\"") }
      return nil
    }
    var settings = QuantizationSettings.defaults
    guard let field else { return settings }
    let members = try field.members(
      of: "the quantisation", known: ["calibration_images", "aware_share"])
    if let count = try members["calibration_images"]?.integer(in: 1...1_000_000) {
      settings.calibrationImages = count
    }
    if let share = try members["aware_share"]?.number(in: 0...1) { settings.awareShare = share }
    return settings
  }
}

extension QuantizationSettings {
  /// The settings as a part of what was asked for, since defaults may change with the version.
  var identity: String { "\(calibrationImages),\(awareShare)" }
}
