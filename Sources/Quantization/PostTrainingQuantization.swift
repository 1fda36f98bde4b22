import DeployedModels

/// How a trained model of floats becomes one of integers without further training.
///
///     let int8 = try PostTrainingQuantization().quantize(lowered.model, images: images).model
public struct PostTrainingQuantization: Hashable, Sendable {
  public var observer: RangeObserverKind
  /// Whether biases make good for what rounding the weights does to the mean of each channel.
  public var correctsBiases: Bool
  /// Whether channels between two layers are brought to similar ranges first.
  public var equalizesLayers: Bool

  public init(
    observer: RangeObserverKind = .minMax, correctsBiases: Bool = false,
    equalizesLayers: Bool = false
  ) {
    self.observer = observer
    (self.correctsBiases, self.equalizesLayers) = (correctsBiases, equalizesLayers)
  }

  /// Quantises a model by what images of the training split give in it.
  ///
  /// - Parameter threads: The result does not depend on it.
  /// - Throws: `QuantizationError` if the model is not one of floats with values, or images and model do not fit.
  public func quantize(
    _ model: DeployedModel, images: CalibrationImages, threads: Int = 1
  ) throws(QuantizationError) -> QuantizedModel {
    var model = model
    var calibration = try Calibration(model, images: images, threads: threads)
    if equalizesLayers {
      model = LayerEqualization.equalized(model, by: calibration)
      calibration = try Calibration(model, images: images, threads: threads)
    }
    let ranges = calibration.ranges(by: observer.observer)
    let corrected = correctsBiases ? BiasCorrection.corrected(model, by: calibration) : model
    return QuantizedModel(
      try corrected.quantized(ranges: ranges), original: model, ranges: ranges)
  }
}

/// An int8 model and what it was made of.
public struct QuantizedModel: Sendable {
  /// The model of integers; its first tensors and its operators have the indices of `original`'s.
  public let model: DeployedModel
  /// The model of floats, equalised where that was asked for, before biases are corrected.
  public let original: DeployedModel
  /// The range of each tensor with a scale of its own.
  public let ranges: [ValueRange?]
  /// For each operator, how many channels' scales were widened so that the bias fits.
  public let widenedChannels: [Int]

  init(
    _ converted: (model: DeployedModel, widenedChannels: [Int]), original: DeployedModel,
    ranges: [ValueRange?]
  ) {
    (model, widenedChannels) = converted
    (self.original, self.ranges) = (original, ranges)
  }
}
