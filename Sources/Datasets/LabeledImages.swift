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
  ///   - images: `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]`; `PixelArray` says which numbers.
  ///   - imagesFile: Where they came from, for errors.
  ///   - layout: The order of four dimensions; nil where it is not stated.
  ///   - labels: `[N]`, `[N, 1]` or one-hot; `LabelArray` says which numbers.
  ///   - labelsFile: Where they came from, for errors.
  ///   - classes: The number of classes; nil takes the largest label plus one.
  /// - Throws: `DatasetError.invalidData` naming the file and the image or label that is wrong.
  public init(
    images: NumericArray, imagesFile: String, layout: PixelLayout? = nil, labels: NumericArray,
    labelsFile: String, classes: Int?
  ) throws {
    let array = try PixelArray(images, layout: layout, file: imagesFile)
    let values = try LabelArray.labels(labels, file: labelsFile)
    guard values.count == array.count else {
      throw DatasetError.invalidData(
        file: labelsFile, location: "number of labels", found: "\(values.count)",
        expected: "\(array.count), one for each image of \(imagesFile)")
    }
    (count, height, width) = (array.count, array.height, array.width)
    (channels, pixelType, pixels) = (array.channels, array.type, array.pixels)
    self.labels = values
    self.classes = try Self.classCount(of: values, file: labelsFile, classes: classes)
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
}
