import FileFormats
import Foundation

/// Images that have come after a data set was prepared, such as those that a student meets in use: of the same size and
/// type, and standardised as its own.
public final class NewImages: Sendable {
  /// The file, as given.
  public let path: String
  public let count: Int
  /// The class of every image, −1 where it is not known; nil without a file of labels.
  public let labels: [Int]?
  private let pixels: any PixelSource
  private let standardizer: PixelStandardizer

  /// Opens a file of images, and one of their labels; both of any kind that `study.json` may name.
  ///
  /// - Parameters:
  ///   - labels: The file of the labels; nil where they are not known.
  ///   - dataset: What the images should be like.
  /// - Throws: `FileFormatError`, or `DatasetError.invalidData` naming the file, what was found and what was expected:
  ///   other sizes, another type, a label that is no class.
  public init(_ path: String, labels: String?, like dataset: PreparedDataset) throws {
    let scratch = NSTemporaryDirectory()
    let (imagesFile, imagesArray) = NPZFile.parts(of: path)
    var layout: PixelLayout?
    if case .files(let files) = dataset.definition.source { layout = files.layout }
    let array = try StoredArray.open(imagesFile, name: imagesArray, scratchFolder: scratch)
      .numbers(path: imagesFile)
    pixels = try ArrayPixels(array, layout: layout)
    let shape = pixels.shape
    func sizes(_ height: Int, _ width: Int, _ channels: Int, _ type: PixelType) -> String {
      "\([height, width, channels]) \(type)"
    }
    let read = sizes(shape.height, shape.width, shape.channels, shape.type)
    let expected = sizes(dataset.height, dataset.width, dataset.channels, dataset.pixelType)
    guard read == expected else {
      let found =
        "\([shape.height, shape.width, shape.channels]) \(array.elementType.rawValue)"
      let unit =
        dataset.pixelType == .uint8
        ? "whole numbers from 0 to 255" : "floating-point numbers in the same unit"
      throw DatasetError.invalidData(
        file: imagesFile, location: "height, width, channels and type", found: found,
        expected: "\(expected), as the study's images: \(unit)")
    }
    self.path = path
    count = shape.count
    standardizer = PixelStandardizer(dataset.standardization, type: dataset.pixelType)
    self.labels = try labels.map {
      try NewImages.labels($0, of: shape.count, path, dataset, scratch)
    }
  }

  private static func labels(
    _ path: String, of count: Int, _ images: String, _ dataset: PreparedDataset, _ scratch: String
  ) throws -> [Int] {
    let (file, array) = NPZFile.parts(of: path)
    let column =
      file.hasSuffix(".csv")
      ? try LabelColumn(csv: file)
      : try LabelColumn(
        StoredArray.open(file, name: array, scratchFolder: scratch), path: file)
    guard column.count == count else {
      throw DatasetError.invalidData(
        file: file, location: "number of labels", found: "\(column.count)",
        expected: "\(count), one for each image of \(images)")
    }
    let names = dataset.classNames
    if names == nil, case .texts(let texts) = column.values,
      let name = texts.first(where: { !$0.isEmpty && Int($0) == nil })
    {
      throw DatasetError.invalidData(
        file: file, location: "labels", found: "'\(name)'",
        expected: "numbers from 0 to \(dataset.classes - 1), as the study's classes have no names")
    }
    guard !ClassList.isUnknown(column) else {
      throw DatasetError.invalidData(
        file: file, location: "labels", found: "no image whose class is known",
        expected: "at least one, or no file of labels")
    }
    return try ClassList(of: column, count: dataset.classes, names: names)
      .labels(column, isTraining: true)
  }

  /// Returns the pixels of some images as they are stored, `[range.count, height, width, channels]`.
  ///
  /// - Throws: `FileFormatError`, or `DatasetError.invalidData` naming the image that is wrong.
  public func stored(_ range: Range<Int>) throws -> Data { try pixels.pixels(range) }

  /// Fills a batch with images as a student sees them.
  ///
  /// - Parameter output: Standardised pixels, `[range.count, height, width, channels]`; overwritten.
  /// - Throws: As `stored`.
  public func fill(_ output: UnsafeMutablePointer<Float>, range: Range<Int>) throws {
    let shape = pixels.shape
    let data = try stored(range)
    data.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      standardizer.convert(
        base, into: output, count: range.count * shape.height * shape.width, backwards: false)
    }
  }
}
