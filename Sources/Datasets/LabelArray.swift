import FileFormats

/// An array of numbers as the classes of images.
enum LabelArray {
  /// Takes an array for labels: whole numbers of any type, `[N]` or `[N, 1]`, or `[N, classes]` with a single 1 in
  /// every row.
  ///
  /// - Parameter file: Where it came from, for errors.
  /// - Throws: `DatasetError.invalidData` naming what is wrong.
  static func labels(_ array: NumericArray, file: String) throws -> [Int] {
    func invalid(_ location: String, _ found: String, _ expected: String) -> DatasetError {
      .invalidData(file: file, location: location, found: found, expected: expected)
    }
    let shape = array.shape
    guard shape.count == 1 || shape.count == 2 else {
      throw invalid(
        "type and shape", "\(array.elementType.rawValue) \(shape)",
        "labels: whole numbers, [N] or [N, 1], or one-hot [N, classes]")
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
    if let index = numbers.firstIndex(where: { $0 != $0.rounded() || abs($0) > 0x1p24 }) {
      throw invalid(
        "label \(index / max(1, array.shape.dropFirst().reduce(1, *)))", "\(numbers[index])",
        "a whole number; soft labels are a teacher's")
    }
    return numbers.map { Int($0) }
  }
}
