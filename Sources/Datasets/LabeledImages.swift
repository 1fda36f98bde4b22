import FileFormats
import Foundation

/// How a pixel is stored.
public enum PixelType: String, CaseIterable, Encodable, Hashable, Sendable {
  /// 0…255, meaning 0…1.
  case uint8
  /// Any finite number.
  case float32

  /// The size of one channel of one pixel in bytes.
  public var byteCount: Int { self == .uint8 ? 1 : 4 }
}

/// Images of one size in memory, each with its class.
public struct LabeledImages: Sendable {
  /// The number of images.
  public let count: Int
  /// Rows of an image.
  public let height: Int
  /// Columns of an image.
  public let width: Int
  /// Values per pixel.
  public let channels: Int
  /// The number of classes; every label is below it.
  public let classes: Int
  /// How pixels are stored.
  public let pixelType: PixelType
  /// All pixels, `[count, height, width, channels]`, little-endian.
  public let pixels: Data
  /// The class of every image.
  public let labels: [Int]

  /// Checks that two arrays are images and their labels.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W]` or `[N, H, W, C]`, `uint8` or `float32`.
  ///   - imagesFile: Where they came from, for errors.
  ///   - labels: `[N]`, whole numbers.
  ///   - labelsFile: Where they came from, for errors.
  ///   - classes: The number of classes; nil takes the largest label plus one.
  /// - Throws: `DatasetError.invalidData` naming the file and the image or label that is wrong.
  public init(
    images: NumericArray, imagesFile: String, labels: NumericArray, labelsFile: String,
    classes: Int?
  ) throws {
    let shape = images.shape
    guard shape.count == 3 || shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
      throw DatasetError.invalidData(
        file: imagesFile, location: "shape", found: "\(shape)",
        expected: "images: [N, H, W] or [N, H, W, C], none of them 0")
    }
    guard let pixelType = PixelType(rawValue: images.elementType.rawValue) else {
      throw DatasetError.invalidData(
        file: imagesFile, location: "element type", found: images.elementType.rawValue,
        expected: "uint8 or float32")
    }
    guard labels.shape.count == 1, let values = labels.asInts() else {
      throw DatasetError.invalidData(
        file: labelsFile, location: "type and shape",
        found: "\(labels.elementType.rawValue) \(labels.shape)",
        expected: "labels: whole numbers, [N]")
    }
    guard values.count == shape[0] else {
      throw DatasetError.invalidData(
        file: labelsFile, location: "number of labels", found: "\(values.count)",
        expected: "\(shape[0]), one for each image of \(imagesFile)")
    }
    self.count = shape[0]
    self.height = shape[1]
    self.width = shape[2]
    self.channels = shape.count == 4 ? shape[3] : 1
    self.pixelType = pixelType
    self.pixels = images.bytes
    self.labels = values
    self.classes = try Self.classCount(of: values, file: labelsFile, classes: classes)
    if pixelType == .float32 { try refuseNonFinitePixels(file: imagesFile) }
  }

  /// Checks all labels and returns the number of classes.
  private static func classCount(of labels: [Int], file: String, classes: Int?) throws -> Int {
    let limit = classes ?? DatasetDefinition.classRange.upperBound
    for (index, label) in labels.enumerated() where label < 0 || label >= limit {
      throw DatasetError.invalidData(
        file: file, location: "label \(index)", found: "\(label)",
        expected: "0 to \(limit - 1)")
    }
    return classes ?? max((labels.max() ?? 0) + 1, DatasetDefinition.classRange.lowerBound)
  }

  private func refuseNonFinitePixels(file: String) throws {
    let imageElements = height * width * channels
    try pixels.withUnsafeBytes { bytes in
      for index in 0..<count * imageElements {
        let value = bytes.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
        guard value.isFinite else {
          throw DatasetError.invalidData(
            file: file, location: "image \(index / imageElements)", found: "a pixel of \(value)",
            expected: "finite numbers")
        }
      }
    }
  }
}
