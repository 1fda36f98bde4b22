import Datasets
import DeployedModels
import Distillation
import NeuralNetworks
import Quantization

/// A student as files are made of it.
public struct ExportedStudent: Sendable {
  /// As it was trained, in fp32.
  public let model: TrainedModel
  /// In int8, where that is what is exported.
  public let integers: DeployedModel?

  public init(_ model: TrainedModel, integers: DeployedModel? = nil) {
    (self.model, self.integers) = (model, integers)
  }

  /// Quantises a student as it was trained, by so many images of the training split.
  ///
  /// - Throws: `DeploymentError` or `QuantizationError` for a student that int8 does not express.
  init(
    quantizing model: TrainedModel, calibrationImages: Int, of reader: BatchReader, seed: UInt64
  ) throws {
    try self.init(
      quantizing: model, by: try reader.calibrationImages(calibrationImages, seed: seed))
  }

  /// Quantises a student as it was trained, or was not where only its speed matters, by images of any origin.
  ///
  /// - Throws: `DeploymentError` or `QuantizationError` for a student that int8 does not express.
  public init(quantizing model: TrainedModel, by images: CalibrationImages) throws {
    let lowered = try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics)
    self.init(
      model, integers: try PostTrainingQuantization().quantize(lowered.model, images: images).model)
  }

  public var precision: Precision { integers == nil ? .fp32 : .int8 }

  /// The student as the operators of device runtimes, in the precision of the export.
  ///
  /// - Throws: `DeploymentError` for a layer that no operator expresses.
  public func deployed() throws(DeploymentError) -> DeployedModel {
    if let integers { return integers }
    return try LoweredNetwork(
      model.network, parameters: model.parameters, statistics: model.statistics
    ).model
  }
}
