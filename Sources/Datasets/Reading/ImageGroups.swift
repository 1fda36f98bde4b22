import FileFormats

/// Which images belong together, such as those of one patient.
struct ImageGroups: Equatable {
  /// The group of every image, numbered from 0 in the order in which they appear.
  let numbers: [Int]
  /// How many groups there are.
  let count: Int

  /// Numbers groups by what they are called.
  init<Name: Hashable>(_ names: [Name]) {
    var known: [Name: Int] = [:]
    numbers = names.map { name in
      if let number = known[name] { return number }
      known[name] = known.count
      return known.count - 1
    }
    count = known.count
  }
}

extension ImageGroups {
  /// Reads the groups of images.
  ///
  /// - Parameters:
  ///   - file: Whole numbers or texts, `[N]` or `[N, 1]`, or a CSV file with a column `group`. Where its column
  ///     `file` and that of the labels name pictures, the names decide, otherwise the order.
  ///   - labels: The labels of the same images.
  /// - Throws: `FileFormatError`, `CSVError` or `DatasetError.invalidData`.
  init(_ file: DatasetSource.File, of labels: LabelColumn, scratchFolder: String) throws {
    func invalid(_ location: String, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(file: file.path, location: location, found: found, expected: expected)
    }
    func checkCount(_ count: Int) throws {
      guard count == labels.count else {
        throw invalid(
          "number of groups", "\(count)", "\(labels.count), one for each training image")
      }
    }
    if file.isTable {
      let table = try DataTable(file.path)
      let groups = try table.column("group", meaning: "what each image belongs to")
      if let row = groups.fields.firstIndex(of: "") {
        throw groups.wrong(row, expected: "a group, for an image on its own one of its own")
      }
      if let pictures = table.column("file"), let wanted = labels.pictures {
        try table.checkUnique(pictures)
        let known = Dictionary(uniqueKeysWithValues: zip(pictures.fields, groups.fields))
        self.init(
          try wanted.map { name in
            guard let group = known[name] else {
              throw invalid("pictures", "none called \(name)", "a group of each in \(labels.file)")
            }
            return group
          })
      } else {
        try checkCount(groups.fields.count)
        self.init(groups.fields)
      }
      return
    }
    let array = try StoredArray.open(
      file.path, name: file.array, scratchFolder: scratchFolder)
    let shape: [Int]
    switch array {
    case .texts(let texts, let own):
      shape = own
      self.init(texts)
    case .numbers(let numbers):
      shape = numbers.shape
      let values = try numbers.read()
      guard let whole = values.asInts() else {
        throw invalid("type", values.elementType.rawValue, "whole numbers or texts")
      }
      self.init(whole)
    }
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw invalid("shape", "\(shape)", "groups: [N] or [N, 1]")
    }
    try checkCount(shape[0])
  }
}
