import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

extension TemporaryFolder {
  /// Writes an IDX file and returns its name.
  func write(_ array: NumericArray, to name: String) throws -> String {
    try IDXFile.write(array, to: file(name))
    return name
  }

  /// Writes images and labels and returns their names; `offset` makes the pixels of two calls
  /// differ.
  func writePair(
    _ name: String, count: Int, height: Int = 4, width: Int = 5, channels: Int = 1,
    classes: Int = 3, offset: Int = 0
  ) throws -> DatasetDefinition.ArrayPair {
    let shape = channels == 1 ? [count, height, width] : [count, height, width, channels]
    let pixels = (0..<count * height * width * channels).map { pseudoPixel($0 + offset) }
    let labels = (0..<count).map { UInt8(($0 * 7 + offset) % classes) }
    return DatasetDefinition.ArrayPair(
      images: try write(NumericArray(shape: shape, pixels), to: name + "-images"),
      labels: try write(NumericArray(shape: [count], labels), to: name + "-labels"))
  }

  /// Prepares a small data set of byte images, 40 training, 8 validation and 6 test.
  func prepared(height: Int = 4, width: Int = 5, channels: Int = 1) throws -> PreparedDataset {
    let definition = DatasetDefinition(
      source: .arrays(
        train: try writePair(
          "train", count: 48, height: height, width: width, channels: channels),
        test: try writePair(
          "test", count: 6, height: height, width: width, channels: channels, offset: 77),
        classes: nil),
      validationCount: 8)
    return try PreparedDataset.prepare(definition, baseFolder: path, into: file("prepared"))
  }
}

/// Images and labels as they are read from files.
struct ReadImages {
  let shape: ImageShape
  let classes: Int
  let labels: [Int]
  let pixels: Data

  /// Writes two arrays as `images.npy` and `labels.npy` and reads them back.
  init(
    _ images: NumericArray, _ labels: NumericArray, layout: PixelLayout? = nil, classes: Int? = nil
  ) throws {
    let folder = try TemporaryFolder()
    func open(_ array: NumericArray, _ name: String) throws -> (StoredArray, path: String) {
      try NPYFile.write(array, to: folder.file(name))
      return (try StoredArray.open(folder.file(name), scratchFolder: "."), folder.file(name))
    }
    let (imageArray, imagePath) = try open(images, "images.npy")
    let (labelArray, labelPath) = try open(labels, "labels.npy")
    let source = try ArrayPixels(imageArray.numbers(path: imagePath), layout: layout)
    let column = try LabelColumn(labelArray, path: labelPath)
    let list = try ClassList(of: column, count: classes, names: nil)
    let read = try LabeledImages(
      source, file: imagePath, labels: list.labels(column, isTraining: true), labelsFile: labelPath)
    (shape, self.classes, self.labels) = (read.shape, list.count, read.labels)
    // In pieces, as everything is read.
    pixels = try (0..<shape.count).reduce(Data()) { try $0 + read.pixels.pixels($1..<$1 + 1) }
  }
}

/// A pixel that looks random but is the same everywhere.
func pseudoPixel(_ index: Int) -> UInt8 {
  UInt8(truncatingIfNeeded: (UInt32(truncatingIfNeeded: index) &* 2_654_435_761) >> 23)
}

/// Returns the JSON value in a text; errors call the file `study.json`.
func json(_ text: String) throws -> JSONField {
  try JSONField(json: Data(text.utf8), file: "study.json")
}

/// Expects an error whose message contains every one of `parts`.
func expectError(
  _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  performing body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch {
    let message = "\(error)"
    #expect(
      error is DatasetError || error is FileFormatError || error is JSONError,
      sourceLocation: sourceLocation)
    for part in parts {
      #expect(message.contains(part), "\(message)", sourceLocation: sourceLocation)
    }
  }
}
