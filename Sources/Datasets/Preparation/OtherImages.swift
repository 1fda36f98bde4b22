import FileFormats

/// Other files of a data set's images, in the order of the data set's own: of another size, or with other channels.
package struct OtherImages: Hashable, Sendable {
  /// The path of the images: a file, or a folder of pictures.
  package var train: String
  /// Nil where the data set has no validation files.
  package var validation: String?
  /// Nil where the data set has no test files.
  package var test: String?
  /// The order of the values of images of four dimensions, where it is stated.
  package var layout: PixelLayout?

  package init(
    train: String, validation: String? = nil, test: String? = nil, layout: PixelLayout? = nil
  ) {
    (self.train, self.validation, self.test, self.layout) = (train, validation, test, layout)
  }

  /// Returns the file that a split is taken from.
  func path(of split: DatasetSplit) -> String {
    switch split {
    case .training: train
    case .validation: validation ?? train
    case .test: test ?? train
    }
  }
}

extension PreparedDataset {
  /// Prepares other files of the same images, which get the labels and the splits of these.
  ///
  /// - Parameters:
  ///   - baseFolder: What relative paths are relative to, those of the labels too.
  ///   - folder: Made if needed, and used again as `prepare` does.
  /// - Returns: A data set with the same images in the same order in every split.
  /// - Throws: As `prepare`, and `DatasetError.invalidField` where there are more or fewer files of images than this data
  ///   set has.
  package func prepare(
    _ images: OtherImages, baseFolder: String, into folder: String
  ) throws -> PreparedDataset {
    let other = try PreparedDataset.prepare(
      definition.with(images), baseFolder: baseFolder, into: folder, earlierSplit: splitMethod)
    for split in DatasetSplit.allCases {
      let hasSame =
        other.count(split) == count(split)
        && (0..<count(split)).allSatisfy { other.label($0, of: split) == label($0, of: split) }
      guard try hasSame && other.sourceOrder(of: split) == sourceOrder(of: split) else {
        throw DatasetError.invalidData(
          file: images.train, location: "images of the \(split) split",
          found: "other ones than in \(self.folder)",
          expected: "the same images in the same order; delete both folders of prepared data if "
            + "files have been changed since")
      }
      let check = CounterpartCheck(self, other, split)
      guard !check.isRefused else {
        throw DatasetError.invalidData(
          file: images.path(of: split), location: "order of the images of the \(split) split",
          found: "only \(check.matching) of \(check.compared) more like their counterpart in "
            + "\(self.folder) than like another image",
          expected: "the same images in the same order")
      }
    }
    return other
  }
}

extension DatasetDefinition {
  /// Returns the definition with other files of images.
  ///
  /// - Throws: `DatasetError.invalidField`.
  fileprivate func with(_ images: OtherImages) throws(DatasetError) -> DatasetDefinition {
    guard case .files(var files) = source else {
      throw .invalidField(
        field: "data", found: "a named data set",
        expected: "\"train_images\" and \"train_labels\": only images in files of your own can be "
          + "kept at a second size")
    }
    func pair(_ path: String?, _ pair: ArrayPair?, _ split: String) throws(DatasetError)
      -> ArrayPair?
    {
      guard (path == nil) == (pair == nil) else {
        throw .invalidField(
          field: "data.\(split)_images", found: path ?? "nothing",
          expected: pair == nil
            ? "nothing: the data have no \(split) files"
            : "the other images of the data's \(split) files")
      }
      guard let path, let pair else { return nil }
      return ArrayPair(images: path, labels: pair.labels)
    }
    files.train.images = images.train
    files.validation = try pair(images.validation, files.validation, "validation")
    files.test = try pair(images.test, files.test, "test")
    files.layout = images.layout
    var other = self
    other.source = .files(files)
    return other
  }
}
