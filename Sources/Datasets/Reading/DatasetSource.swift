import FileFormats
import Foundation

/// The files that a definition names, found on this machine.
struct DatasetSource {
  /// A file of the data set, or a folder of pictures.
  struct File {
    /// The path or file name as the definition implies it, the same on every machine.
    let name: String
    /// Where it is.
    let path: String
    /// Which of the file's arrays is meant; nil for the only one.
    var array: String?
    /// Whether it is a folder of pictures.
    var isFolder = false
    /// Whether it holds images and nothing else.
    var isImages = false

    /// Whether it is a CSV file.
    var isTable: Bool { path.hasSuffix(".csv") }
  }

  /// Images and their labels.
  enum Part {
    case pair(images: File, labels: File)
    case cifar(batches: [File], labelBytes: Int)

    var files: [File] {
      switch self {
      case .pair(let images, let labels): [images, labels]
      case .cifar(let batches, _): batches
      }
    }
  }

  let train: Part
  let validation: Part?
  let test: Part?
  let groups: File?
  /// The number of classes, if it is given.
  let classes: Int?
  let classNames: [String]?
  let layout: PixelLayout?

  /// All files, training first.
  var files: [File] {
    train.files + (validation?.files ?? []) + (test?.files ?? []) + (groups.map { [$0] } ?? [])
  }

  /// Finds the files of a definition.
  ///
  /// - Parameter baseFolder: What relative paths are relative to.
  /// - Throws: `DatasetError.missingFile` with what was looked for.
  init(_ definition: DatasetDefinition, baseFolder: String) throws {
    func find(
      _ path: String, field: String, orGzipped: Bool = false, suggestion: String? = nil
    ) throws -> String {
      let absolute =
        path.hasPrefix("/") ? path : (baseFolder as NSString).appendingPathComponent(path)
      let candidates = orGzipped ? [absolute, absolute + ".gz"] : [absolute]
      guard let found = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
        throw DatasetError.missingFile(
          field: "data.\(field)", lookedFor: candidates, suggestion: suggestion)
      }
      return found
    }
    func file(_ name: String, _ field: String) throws -> File {
      let (path, array) = NPZFile.parts(of: name)
      let found = try find(path, field: field)
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: found, isDirectory: &isFolder)
      return File(name: name, path: found, array: array, isFolder: isFolder.boolValue)
    }
    func pair(_ pair: DatasetDefinition.ArrayPair, _ split: String) throws -> Part {
      var images = try file(pair.images, "\(split)_images")
      images.isImages = images.array == nil && !images.isFolder
      return .pair(images: images, labels: try file(pair.labels, "\(split)_labels"))
    }
    func fashionMNIST(_ folder: String, _ prefix: String) throws -> Part {
      let files = try ["\(prefix)-images-idx3-ubyte", "\(prefix)-labels-idx1-ubyte"].map { name in
        let path = (folder as NSString).appendingPathComponent(name)
        return File(
          name: name,
          path: try find(
            path, field: "folder", orGzipped: true,
            suggestion: "install them with 'apt-get install dataset-fashion-mnist' or give their "
              + "folder as \"folder\" under \"data\""))
      }
      return .pair(images: files[0], labels: files[1])
    }
    func cifar(_ folder: String, _ names: [String], labelBytes: Int) throws -> Part {
      let files = try names.map { name in
        File(
          name: name,
          path: try find((folder as NSString).appendingPathComponent(name), field: "folder"))
      }
      return .cifar(batches: files, labelBytes: labelBytes)
    }

    classNames = definition.classNames
    guard case .files(let files) = definition.source else {
      (layout, validation, groups) = (nil, nil, nil)
      switch definition.source {
      case .fashionMNIST(let folder):
        train = try fashionMNIST(folder, "train")
        test = try fashionMNIST(folder, "t10k")
        classes = 10
      case .cifar10(let folder):
        train = try cifar(folder, (1...5).map { "data_batch_\($0).bin" }, labelBytes: 1)
        test = try cifar(folder, ["test_batch.bin"], labelBytes: 1)
        classes = 10
      case .cifar100(let folder):
        train = try cifar(folder, ["train.bin"], labelBytes: 2)
        test = try cifar(folder, ["test.bin"], labelBytes: 2)
        classes = 100
      case .files: preconditionFailure("taken above")
      }
      return
    }
    layout = files.layout
    train = try pair(files.train, "train")
    validation = try files.validation.map { try pair($0, "validation") }
    test = try files.test.map { try pair($0, "test") }
    groups = try files.groups.map { try file($0, "groups") }
    classes = files.classes
    try checkDistinct()
  }

  /// Checks that no split is judged by the very images that another one has.
  ///
  /// - Throws: `DatasetError.invalidField`.
  private func checkDistinct() throws {
    let parts = [("train", train), ("validation", validation), ("test", test)]
      .compactMap { name, part in part.map { (name, $0.identity) } }
    for (index, (name, identity)) in parts.enumerated() {
      if let (earlier, _) = parts[..<index].first(where: { $0.1 == identity }) {
        throw DatasetError.invalidField(
          field: "data.\(name)_images", found: "the same as \(earlier)_images",
          expected: "other images: what was learnt from says nothing about how well it was learnt")
      }
    }
  }
}

extension DatasetSource.Part {
  /// What tells images from others: where they are, for pictures together with the labels, which choose them.
  fileprivate var identity: [String] {
    guard case .pair(let images, let labels) = self else { return files.map(\.path) }
    let path = URL(fileURLWithPath: images.path).resolvingSymlinksInPath().path
    return [path, images.array ?? ""] + (images.isFolder ? [labels.path] : [])
  }
}
