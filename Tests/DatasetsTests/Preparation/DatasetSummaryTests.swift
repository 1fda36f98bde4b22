import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("the summary of a data set")
struct DatasetSummaryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Prepares images of 1 × 2 pixels; the validation split is drawn from the training images.
  private func summary(
    train: [[Float]], _ trainLabels: [UInt8], test: [[Float]], _ testLabels: [UInt8]
  ) throws -> DatasetSummary {
    func write(_ images: [[Float]], _ labels: [UInt8], _ name: String) throws
      -> DatasetDefinition.ArrayPair
    {
      try NPYFile.write(
        NumericArray(shape: [images.count, 1, 2], images.flatMap(\.self)),
        to: folder.file("\(name)-x.npy"))
      try NPYFile.write(
        NumericArray(shape: [labels.count], labels), to: folder.file("\(name)-y.npy"))
      return .init(images: "\(name)-x.npy", labels: "\(name)-y.npy")
    }
    let definition = DatasetDefinition(
      source: .arrays(
        train: try write(train, trainLabels, "train"), test: try write(test, testLabels, "test"),
        classes: nil, classNames: ["left", "right"]),
      validationCount: 2)
    let dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: folder.file("prepared"))
    let summary = dataset.summary
    // Where it was not kept, every pixel is looked at once more.
    try FileManager.default.removeItem(atPath: folder.file("prepared/summary.json"))
    #expect(dataset.summary == summary)
    return summary
  }

  @Test("counts classes and values of every split, and finds nothing unusual in good data")
  func good() throws {
    let images = (0..<12).map { [Float($0), Float(2 * $0)] }
    let found = try summary(
      train: images, (0..<12).map { UInt8($0 % 2) }, test: [[0.5, 20], [11, 3]], [0, 1])
    let sizes = [found.height, found.width, found.channels, found.classes]
    #expect(sizes == [1, 2, 1, 2])
    #expect(found.splits.map(\.count) == [10, 2, 2])
    #expect(found.splits[2].ranges == [0.5...20] && found.splits[2].means == [34.5 / 4])
    #expect(found.splits[2].classCounts == [1, 1] && found.name(of: 1) == "right")
    #expect(found.duplicates == DatasetSummary.Duplicates())
    #expect(found.warnings.filter { !$0.contains("validation") } == [])
  }

  @Test("says what is worth a second look")
  func unusual() throws {
    var images = (0..<40).map { [Float($0), Float(200 - $0)] }
    images[39] = images[38]
    let labels = (0..<40).map { UInt8($0 == 0 || $0 == 39 ? 1 : 0) }
    let found = try summary(
      train: images, labels, test: [[0.1, 0.9], [0.2, 0.5], images[5]].map { $0.map { $0 } },
      [0, 0, 0])
    #expect(found.duplicates.ofOtherClass == 1)
    #expect(found.duplicates.testInTraining + found.duplicates.testInValidation == 1)
    let text = found.warnings.joined(separator: "\n")
    #expect(text.contains("of the training images are of class left: accuracy says little"))
    #expect(text.contains("no test image is of class right"))
    #expect(text.contains("1 image is the same as an earlier one of another class"))
  }

  @Test("counts what is there twice in words that fit the number")
  func duplicates() throws {
    var images = (0..<40).map { [Float($0), Float(3 * $0 % 41)] }
    let labels = (0..<40).map { UInt8($0 % 2) }
    (images[2], images[4]) = (images[0], images[0])
    let text = try summary(
      train: images, labels, test: [images[7], [100, 1], [50, 3]], [1, 0, 1]
    ).warnings.joined(separator: "\n")
    #expect(text.contains("1 test image is also a ") && !text.contains("1 images"))
    #expect(
      text.contains("2 training images are there more than once")
        || text.contains("also a training image"))
  }

  @Test("asks about another scale in one of the splits")
  func scale() throws {
    let images = (0..<12).map { [Float(20 * $0), Float($0)] }
    let found = try summary(
      train: images, (0..<12).map { UInt8($0 % 2) }, test: [[0, 1], [0.5, 0.2]], [0, 1])
    #expect(
      found.warnings.contains {
        $0.hasPrefix("channel 0 of the test images lies within 0…1")
          && $0.hasSuffix("another scale?")
      })
  }
}
