import FileFormats
import Foundation

/// The files that a definition names, found on this machine.
struct DatasetSource {
  /// A file of the data set.
  struct File {
    /// The path or file name as the definition implies it, the same on every machine.
    let name: String
    /// Where it is.
    let path: String
    /// Which of the file's arrays is meant; nil for the only one.
    var array: String?
  }

  private enum Part {
    case pair(images: File, labels: File)
    case cifar(batches: [File], labelBytes: Int)

    var files: [File] {
      switch self {
      case .pair(let images, let labels): [images, labels]
      case .cifar(let batches, _): batches
      }
    }
  }

  private let train: Part
  private let test: Part?
  private let classes: Int?
  private let layout: PixelLayout?

  /// All files, training first.
  var files: [File] { train.files + (test?.files ?? []) }

  /// Finds the files of a definition.
  ///
  /// - Parameter baseFolder: What relative paths are relative to.
  /// - Throws: `DatasetError.missingFile` with what was looked for.
  init(_ definition: DatasetDefinition, baseFolder: String) throws {
    func find(_ path: String, orGzipped: Bool = false, suggestion: String? = nil) throws -> String {
      let absolute =
        path.hasPrefix("/") ? path : (baseFolder as NSString).appendingPathComponent(path)
      let candidates = orGzipped ? [absolute, absolute + ".gz"] : [absolute]
      guard let found = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
        throw DatasetError.missingFile(lookedFor: candidates, suggestion: suggestion)
      }
      return found
    }
    func pair(_ pair: DatasetDefinition.ArrayPair) throws -> Part {
      func file(_ name: String) throws -> File {
        let (path, array) = NPZFile.parts(of: name)
        return File(name: name, path: try find(path), array: array)
      }
      return .pair(images: try file(pair.images), labels: try file(pair.labels))
    }
    func fashionMNIST(_ folder: String, _ prefix: String) throws -> Part {
      let files = try ["\(prefix)-images-idx3-ubyte", "\(prefix)-labels-idx1-ubyte"].map { name in
        let path = (folder as NSString).appendingPathComponent(name)
        return File(
          name: name,
          path: try find(
            path, orGzipped: true,
            suggestion: "install them with 'apt-get install dataset-fashion-mnist' or give their "
              + "folder as \"folder\" under \"data\""))
      }
      return .pair(images: files[0], labels: files[1])
    }
    func cifar(_ folder: String, _ names: [String], labelBytes: Int) throws -> Part {
      let files = try names.map { name in
        File(name: name, path: try find((folder as NSString).appendingPathComponent(name)))
      }
      return .cifar(batches: files, labelBytes: labelBytes)
    }

    switch definition.source {
    case .fashionMNIST(let folder):
      layout = nil
      train = try fashionMNIST(folder, "train")
      test = try fashionMNIST(folder, "t10k")
      classes = 10
    case .files(let files):
      layout = files.layout
      train = try pair(files.train)
      test = try files.test.map(pair)
      classes = files.classes ?? files.classNames?.count
    case .cifar10(let folder):
      layout = nil
      train = try cifar(folder, (1...5).map { "data_batch_\($0).bin" }, labelBytes: 1)
      test = try cifar(folder, ["test_batch.bin"], labelBytes: 1)
      classes = 10
    case .cifar100(let folder):
      layout = nil
      train = try cifar(folder, ["train.bin"], labelBytes: 2)
      test = try cifar(folder, ["test.bin"], labelBytes: 2)
      classes = 100
    }
  }

  /// Reads and checks all files.
  ///
  /// If the number of classes is not given, it is counted from the training labels, and the test
  /// labels must be among them.
  ///
  /// - Throws: `FileFormatError` or `DatasetError.invalidData`.
  func load() throws -> (train: LabeledImages, test: LabeledImages?) {
    let training = try load(train, classes: classes)
    guard let test else { return (training, nil) }
    let testing = try load(test, classes: training.classes)
    let expected = [training.height, training.width, training.channels]
    let found = [testing.height, testing.width, testing.channels]
    guard found == expected, testing.pixelType == training.pixelType else {
      throw DatasetError.invalidData(
        file: test.files[0].path, location: "height, width, channels and type",
        found: "\(found) \(testing.pixelType)",
        expected: "\(expected) \(training.pixelType), as in \(train.files[0].path)")
    }
    return (training, testing)
  }

  private func load(_ part: Part, classes: Int?) throws -> LabeledImages {
    switch part {
    case .pair(let images, let labels):
      return try LabeledImages(
        images: readArray(images), imagesFile: images.path, layout: layout,
        labels: readArray(labels), labelsFile: labels.path, classes: classes)
    case .cifar(let batches, let labelBytes):
      let (images, labels) = try CIFARFile.read(batches.map(\.path), labelBytes: labelBytes)
      let names = batches.map(\.path).joined(separator: ", ")
      return try LabeledImages(
        images: images, imagesFile: names, labels: labels, labelsFile: names, classes: classes)
    }
  }

  private func readArray(_ file: File) throws -> NumericArray {
    if file.path.hasSuffix(".npz") { return try NPZFile.read(file.path, name: file.array) }
    return try file.path.hasSuffix(".npy") ? NPYFile.read(file.path) : IDXFile.read(file.path)
  }
}
