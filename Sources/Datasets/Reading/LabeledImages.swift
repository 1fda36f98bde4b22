import FileFormats
import Foundation

/// Images of one size, read in pieces, each with its class.
struct LabeledImages: Sendable {
  let pixels: any PixelSource
  /// The class of every image; −1 where it is not known.
  var labels: [Int]
  /// What errors call the images.
  let file: String

  var shape: ImageShape { pixels.shape }

  /// Checks that there are as many labels as images.
  ///
  /// - Throws: `DatasetError.invalidData`.
  init(_ pixels: any PixelSource, file: String, labels: [Int], labelsFile: String) throws {
    guard labels.count == pixels.shape.count else {
      throw DatasetError.invalidData(
        file: labelsFile, location: "number of labels", found: "\(labels.count)",
        expected: "\(pixels.shape.count), one for each image of \(file)")
    }
    (self.pixels, self.file, self.labels) = (pixels, file, labels)
  }

  /// Checks that these images can be judged by what was learnt of others.
  ///
  /// - Throws: `DatasetError.invalidData` if they are of another size or type.
  func check(against training: LabeledImages) throws {
    func sizes(_ shape: ImageShape) -> String {
      "\([shape.height, shape.width, shape.channels]) \(shape.type)"
    }
    guard sizes(shape) == sizes(training.shape) else {
      throw DatasetError.invalidData(
        file: file, location: "height, width, channels and type", found: sizes(shape),
        expected: "\(sizes(training.shape)), as in \(training.file)")
    }
  }
}
