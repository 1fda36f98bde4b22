import FileFormats
import Foundation

/// The images of a data set, ready to be read, and all of their labels.
struct OpenedDataset {
  let training: LabeledImages
  /// Nil where the images are set aside from the training images, as for `test`.
  let validation: LabeledImages?
  let test: LabeledImages?
  let classes: ClassList
  let groups: ImageGroups?
}

extension DatasetSource {
  /// Opens the files of images, and reads and checks the labels.
  ///
  /// If the number of classes is not given, it is counted from the training labels, and the other labels must
  /// be among them.
  ///
  /// - Parameter scratchFolder: On which disk there is room to unpack what is compressed.
  /// - Throws: `FileFormatError`, `CSVError` or `DatasetError`.
  func open(scratchFolder: String) throws -> OpenedDataset {
    let column = try labels(of: train, scratchFolder)
    let classes = try ClassList(of: column, count: classes, names: classNames)
    func images(
      _ part: Part, _ column: LabelColumn, isTraining: Bool
    ) throws -> LabeledImages {
      let labels = try classes.labels(column, isTraining: isTraining)
      let (pixels, file) = try self.pixels(of: part, column, scratchFolder)
      return try LabeledImages(pixels, file: file, labels: labels, labelsFile: column.file)
    }
    let training = try images(train, column, isTraining: true)
    func judged(_ part: Part?) throws -> LabeledImages? {
      guard let part else { return nil }
      let images = try images(part, labels(of: part, scratchFolder), isTraining: false)
      try images.check(against: training)
      return images
    }
    try ClassCounts.check(training: training.labels, classes: classes.count, isDivided: false)
    return OpenedDataset(
      training: training, validation: try judged(validation), test: try judged(test),
      classes: classes,
      groups: try groups.map { try ImageGroups($0, of: column, scratchFolder: scratchFolder) })
  }

  private func labels(of part: Part, _ scratchFolder: String) throws -> LabelColumn {
    switch part {
    case .pair(let images, let labels):
      if labels.isTable { return try LabelColumn(csv: labels.path) }
      guard !images.isFolder else {
        throw DatasetError.invalidData(
          file: labels.path, location: "labels of the pictures in \(images.name)",
          found: "no CSV file",
          expected:
            "one with the columns file and label; autodistill data import reads folders with a "
            + "sub-folder for each class")
      }
      return try LabelColumn(
        StoredArray.open(labels.path, name: labels.array, scratchFolder: scratchFolder),
        path: labels.path)
    case .cifar(let batches, let labelBytes):
      let labels = try CIFARFile(batches.map(\.path), labelBytes: labelBytes).labels()
      return LabelColumn(values: .numbers(labels.map(Int.init)), file: part.description)
    }
  }

  private func pixels(
    of part: Part, _ labels: LabelColumn, _ scratchFolder: String
  ) throws -> (any PixelSource, file: String) {
    switch part {
    case .pair(let images, let labelsFile):
      guard images.isFolder else {
        let array = try StoredArray.open(
          images.path, name: images.array, scratchFolder: scratchFolder)
        return (
          try ArrayPixels(array.numbers(path: images.path), layout: layout), images.path
        )
      }
      guard let names = labels.pictures else {
        throw DatasetError.invalidData(
          file: labelsFile.path, location: "columns", found: "none called file",
          expected: "one with the path of each picture in \(images.name)")
      }
      return (try PicturePixels(folder: images.path, names: names), images.path)
    case .cifar(let batches, let labelBytes):
      return (
        CIFARPixels(file: try CIFARFile(batches.map(\.path), labelBytes: labelBytes)),
        part.description
      )
    }
  }
}

extension DatasetSource.Part {
  /// The files, as errors name them.
  fileprivate var description: String { files.map(\.path).joined(separator: ", ") }
}
