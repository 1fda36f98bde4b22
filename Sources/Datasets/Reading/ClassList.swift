/// The classes of a data set: how many there are, and what they are called.
struct ClassList {
  /// The number of classes; every label is below it.
  let count: Int
  /// What they are called in the order of their numbers; nil where nothing says so.
  let names: [String]?
  /// What a label as a text stands for; nil where labels are numbers.
  private let numbers: [String: Int]?

  /// Finds the classes in the labels of the training images.
  ///
  /// Names are in the order of the definition, or sorted as people sort names, numbers in them by their value.
  ///
  /// - Parameters:
  ///   - count: As the definition gives it; nil takes the largest label plus one, or the number of names.
  ///   - names: As the definition gives them.
  /// - Throws: `DatasetError.invalidData` or `.invalidField`.
  init(of column: LabelColumn, count: Int?, names: [String]?) throws {
    switch column.values {
    case .numbers(let labels):
      self.init(count: count ?? names?.count ?? ClassList.count(of: labels), names: names)
    case .texts(let texts):
      let found = Set(texts.lazy.filter { !ClassList.isUnknown($0) })
      if let names, found.isSubset(of: names) {
        self.init(count: names.count, names: names, isNamed: true)
      } else if found.allSatisfy({ ClassList.number($0) != nil }) {
        let labels = found.compactMap(ClassList.number)
        self.init(count: count ?? names?.count ?? ClassList.count(of: labels), names: names)
      } else if names != nil {
        self.init(count: names?.count ?? 0, names: names, isNamed: true)
      } else {
        try ClassList.checkKind(of: texts, in: column)
        let sorted = found.sorted(by: ImageFolder.isBefore)
        if let count, sorted.count != count {
          throw DatasetError.invalidField(
            field: "data.classes", found: "\(count)",
            expected: "\(sorted.count), the number of names in \(column.file)")
        }
        self.init(count: sorted.count, names: sorted, isNamed: true)
      }
    }
    guard DatasetDefinition.classRange.contains(self.count) else {
      throw DatasetError.invalidData(
        file: column.file, location: "labels", found: "\(self.count) classes",
        expected: "\(DatasetDefinition.classRange.lowerBound) to "
          + "\(DatasetDefinition.classRange.upperBound)")
    }
  }

  private init(count: Int, names: [String]?, isNamed: Bool = false) {
    (self.count, self.names) = (count, names)
    numbers = isNamed ? names.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) } : nil
  }

  /// The number of classes whose numbers reach so far.
  private static func count(of labels: [Int]) -> Int {
    let (largest, limits) = (labels.max() ?? 0, DatasetDefinition.classRange)
    // The largest whole number has no successor.
    return min(limits.upperBound - 1, max(limits.lowerBound - 1, largest)) + 1
  }

  /// Whether a text says that the class is not known.
  private static func isUnknown(_ text: String) -> Bool { text.isEmpty || text == "-1" }

  /// Whether no image has a class that is known.
  static func isUnknown(_ column: LabelColumn) -> Bool {
    switch column.values {
    case .numbers(let labels): labels.allSatisfy { $0 == -1 }
    case .texts(let texts): texts.allSatisfy(isUnknown)
    }
  }

  /// The number that a text is, also with a point and zeros, as tables with gaps are written.
  private static func number(_ text: String) -> Int? {
    if let number = Int(text) { return number }
    guard let value = Double(text), value == value.rounded(), abs(value) < 0x1p24,
      text.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" })
    else { return nil }
    return Int(value)
  }

  /// Refuses labels of which some are numbers and some are not: a slip, or classes that have to be named.
  private static func checkKind(of texts: [String], in column: LabelColumn) throws {
    func first(_ isWanted: (String) -> Bool) -> Int? {
      texts.firstIndex { !isUnknown($0) && isWanted($0) }
    }
    guard let number = first({ ClassList.number($0) != nil }),
      let name = first({ ClassList.number($0) == nil })
    else { return }
    throw DatasetError.invalidData(
      file: column.file, location: "labels",
      found: "'\(texts[number])' (\(column.location(number))) and '\(texts[name])' "
        + "(\(column.location(name)))",
      expected: "all numbers or all names; \"class_names\" under \"data\" if these are names")
  }
}

extension ClassList {
  /// Returns the class of every image, −1 where it is not known.
  ///
  /// - Parameter isTraining: Whether classes may be unknown, as only those of training images may.
  /// - Throws: `DatasetError.invalidData` naming the label that is wrong.
  func labels(_ column: LabelColumn, isTraining: Bool) throws -> [Int] {
    func invalid(_ index: Int, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(
        file: column.file, location: column.location(index), found: found, expected: expected)
    }
    var labels: [Int]
    switch column.values {
    case .numbers(let numbers): labels = numbers
    case .texts(let texts):
      labels = try texts.enumerated().map { index, text in
        if ClassList.isUnknown(text) { return -1 }
        if let label = numbers == nil ? ClassList.number(text) : numbers?[text] { return label }
        throw invalid(
          index, "'\(text)'",
          names.map { names in
            let shown = names.prefix(8).joined(separator: ", ")
            return "one of the classes \(shown)\(names.count > 8 ? ", …" : "")"
          } ?? "a number, as in the training labels")
      }
    }
    for (index, label) in labels.enumerated() where label < 0 || label >= count {
      if label == -1, isTraining { continue }
      throw invalid(index, "\(label)", expectation(of: label, among: labels, isTraining))
    }
    // The largest number of two bytes stands for an unknown class.
    if count > Int(UInt16.max), let index = labels.firstIndex(of: -1) {
      throw invalid(index, "-1", "a class, as there are so many: \(count)")
    }
    if isTraining, !labels.contains(where: { $0 >= 0 }) {
      throw DatasetError.invalidData(
        file: column.file, location: "labels", found: "none of a known class",
        expected: "at least one image of each class")
    }
    return labels
  }

  /// Says what a label should be, and what may be meant by the one that was found.
  private func expectation(of label: Int, among labels: [Int], _ isTraining: Bool) -> String {
    let range =
      "0 to \(count - 1)" + (names == nil ? "" : ", as there are \(count) names of classes")
    if label == 255 {
      return range + "; 255 often marks images whose class is not known: write −1 for it, in "
        + "training labels alone"
    }
    if label == -1 {
      return range + "; only training images may be of an unknown class"
    }
    if label == count, labels.min() == 1 {
      return range + "; these are 1 to \(label): classes are numbered from 0, subtract 1"
    }
    return range + (isTraining ? ", or −1 where the class is not known" : "")
  }
}
