import FileFormats
import Foundation

/// Labels as a file has them, before it is known which classes there are.
struct LabelColumn {
  /// What stands for the class of an image.
  enum Values {
    /// Whole numbers; −1 where the class is not known.
    case numbers([Int])
    /// Names, or numbers as texts; empty where the class is not known.
    case texts([String])

    var count: Int {
      switch self {
      case .numbers(let numbers): numbers.count
      case .texts(let texts): texts.count
      }
    }
  }

  let values: Values
  /// What errors call the file.
  let file: String
  /// The picture of each row, where a CSV file says so.
  var pictures: [String]?
  /// The line of each row in a CSV file.
  var lines: [Int]?

  var count: Int { values.count }

  /// Returns what errors call a place.
  func location(_ index: Int) -> String { lines.map { "line \($0[index])" } ?? "label \(index)" }
}

extension LabelColumn {
  /// Reads the labels in a CSV file with the columns `label` and perhaps `file`.
  ///
  /// - Throws: `FileFormatError` or `CSVError`.
  init(csv path: String) throws {
    let table = try DataTable(path)
    let labels = try table.column("label", meaning: "each image's class")
    let pictures = table.column("file")
    values = .texts(labels.fields.map { $0.trimmingCharacters(in: .whitespaces) })
    (file, self.pictures, lines) = (path, pictures?.fields, labels.lines)
    if let pictures { try table.checkUnique(pictures) }
  }

  /// Takes an array for labels: whole numbers of any type, `[N]` or `[N, 1]`, or `[N, classes]` with a single 1 in
  /// every row; or names of classes, `[N]` or `[N, 1]`.
  ///
  /// - Parameter path: Where it came from, for errors.
  /// - Throws: `FileFormatError`, or `DatasetError.invalidData` naming what is wrong.
  init(_ array: StoredArray, path: String) throws {
    file = path
    switch array {
    case .texts(let texts, let shape):
      guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
        throw DatasetError.invalidData(
          file: path, location: "shape", found: "\(shape)",
          expected: "names of classes, [N] or [N, 1]")
      }
      values = .texts(texts)
    case .numbers(let numbers):
      values = .numbers(try LabelColumn.numbers(in: numbers.read(), file: path))
    }
  }

  private static func numbers(in array: NumericArray, file: String) throws -> [Int] {
    func invalid(_ location: String, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(file: file, location: location, found: found, expected: expected)
    }
    let shape = array.shape
    guard shape.count == 1 || shape.count == 2 else {
      throw invalid(
        "type and shape", "\(array.elementType.rawValue) \(shape)",
        "labels: whole numbers, [N] or [N, 1], or one-hot [N, classes]"
          + (shape.count > 2 ? "; are images and labels swapped?" : ""))
    }
    let values = try wholeNumbers(array, invalid)
    let columns = shape.count == 2 ? shape[1] : 1
    guard columns != 1 else { return values }
    return try (0..<shape[0]).map { row in
      let ones = (0..<columns).filter { values[row * columns + $0] == 1 }
      let isOneHot = (0..<columns).allSatisfy { (0...1).contains(values[row * columns + $0]) }
      guard ones.count == 1, isOneHot else {
        throw invalid(
          "row \(row) of \(shape)", "\(ones.count) ones" + (isOneHot ? "" : " and other numbers"),
          "a single 1 and zeros, since each image has one class")
      }
      return ones[0]
    }
  }

  private static func wholeNumbers(
    _ array: NumericArray, _ invalid: (String, String, String) -> DatasetError
  ) throws -> [Int] {
    if let values = array.asInts() { return values }
    let numbers = array.asFloats()
    if let index = numbers.firstIndex(where: { $0 != $0.rounded() || !(abs($0) <= 0x1p24) }) {
      throw invalid(
        "label \(index / max(1, array.shape.dropFirst().reduce(1, *)))", "\(numbers[index])",
        "a whole number" + (numbers[index].isNaN ? " (−1 where the class is not known)" : "")
          + "; soft labels are a teacher's")
    }
    return numbers.map { Int($0) }
  }
}
