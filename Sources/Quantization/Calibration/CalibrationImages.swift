import DeployedModels

/// Images that ranges are taken from: of the training split, as students see them at inference.
public struct CalibrationImages: Sendable {
  /// `[count, H, W, C]`
  public let values: [Float]
  public let count: Int

  /// - Throws: `QuantizationError` if there is none, or one holds something that is no finite number.
  public init(_ values: [Float], count: Int) throws(QuantizationError) {
    guard count > 0 else {
      throw QuantizationError(subject: "calibration", reason: "no images; expected one at least")
    }
    precondition(values.count % count == 0, "\(values.count) values are not \(count) images")
    guard values.allSatisfy(\.isFinite) else {
      throw QuantizationError(
        subject: "calibration", reason: "an image holds a value that is no finite number")
    }
    (self.values, self.count) = (values, count)
  }

  /// The values of one image.
  public var elementCount: Int { values.count / count }

  /// Returns the first images, at most as many as there are.
  public func prefix(_ limit: Int) -> CalibrationImages {
    CalibrationImages(self, count: min(count, max(1, limit)))
  }

  private init(_ all: CalibrationImages, count: Int) {
    values = Array(all.values.prefix(count * all.elementCount))
    self.count = count
  }

  func check(against model: DeployedModel) throws(QuantizationError) {
    let expected = model.tensors[model.input]
    guard elementCount == expected.elementCount else {
      throw QuantizationError(
        subject: "calibration",
        reason: "images of \(elementCount) values; expected \(expected.elementCount), "
          + "as \"\(expected.name)\" of \(expected.shape) has them")
    }
  }
}
