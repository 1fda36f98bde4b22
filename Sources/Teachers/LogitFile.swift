import FileFormats
import Foundation

/// A file of what a teacher says of images, a row for each: an NPY file, or arrays of an NPZ file.
///
///     t.npy, t.npz, t.npz[name]     [N, classes]
///     t.npz with values, indices    [N, k] each: the largest of each row, and the classes that they are of
///     ids, in any NPZ               [N]: the image that a row is of
struct LogitFile {
  /// The file, for messages.
  let path: String
  /// `[N, classes]`, or `[N, k]` where there are `indices`.
  let values: NumericArray
  /// The values as single-precision numbers.
  let floats: [Float]
  /// Of each value its class in the teacher's order, `[N, k]`; nil where a row has all classes.
  let indices: [Int]?
  private let ids: [Int]?

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: With the name of an array behind it, where an NPZ file has several.
  ///   - isTopK: Whether it has `values` and `indices`; nil where its arrays say so.
  ///   - classes: Of the data.
  /// - Throws: `FileFormatError` naming what is wrong.
  init(_ path: String, isTopK: Bool?, classes: Int) throws {
    let (file, array) = NPZFile.parts(of: path)
    self.path = path
    if file.hasSuffix(".npz") {
      let names = try NPZFile.names(in: file)
      let hasTopK = names.contains("values") && names.contains("indices")
      ids = names.contains("ids") ? try LogitFile.wholeNumbers(file, "ids") : nil
      if isTopK ?? (array == nil && hasTopK) {
        values = try NPZFile.read(file, name: "values")
        indices = try LogitFile.wholeNumbers(file, "indices")
        try LogitFile.check(values, path: "\(file)[values]", columns: 1...classes)
        let shape = try NPZFile.read(file, name: "indices").shape
        guard shape == values.shape else {
          throw FileFormatError.malformed(
            path: "\(file)[indices]", location: "shape", found: "\(shape)",
            expected: "\(values.shape), as the values have it")
        }
      } else {
        let others = names.filter { $0 != "ids" }
        values = try NPZFile.read(file, name: array ?? (others.count == 1 ? others[0] : nil))
        indices = nil
        try LogitFile.check(values, path: path, columns: classes...classes)
      }
    } else {
      guard file.hasSuffix(".npy"), isTopK != true else {
        throw FileFormatError.malformed(
          path: path, location: "name", found: (file as NSString).lastPathComponent,
          expected: isTopK == true
            ? "an NPZ file with the arrays values and indices" : "a .npy or .npz file")
      }
      values = try NPYFile.read(file)
      (indices, ids) = (nil, nil)
      try LogitFile.check(values, path: path, columns: classes...classes)
    }
    floats = values.asFloats()
    guard let ids, ids.count != rowCount else { return }
    throw FileFormatError.malformed(
      path: "\(file)[ids]", location: "shape", found: "\(ids.count) ids",
      expected: "\(rowCount), one for each row")
  }

  var rowCount: Int { values.shape[0] }
  /// Numbers in a row.
  var columnCount: Int { values.shape[1] }

  /// Returns the numbers of a row.
  func row(_ row: Int) -> ArraySlice<Float> {
    floats[row * columnCount..<(row + 1) * columnCount]
  }

  /// Returns for each image of a split the row that is of it.
  ///
  /// - Parameters:
  ///   - order: Where the images of the split stand in the user's files.
  ///   - total: How many images these files have.
  ///   - hasOwnRows: Whether the file may have rows for the images of the split alone, in their order.
  /// - Throws: `FileFormatError` naming the row or the image.
  func rows(for order: [Int], of total: Int, hasOwnRows: Bool) throws -> [Int] {
    guard let ids else {
      if rowCount == total { return order }
      if hasOwnRows && rowCount == order.count { return Array(order.indices) }
      throw FileFormatError.malformed(
        path: path, location: "shape", found: "\(rowCount) rows",
        expected:
          "\(total), one for each image of the data's files, in their order before any split"
          + (hasOwnRows ? ", or \(order.count), the images of the split" : ""))
    }
    func malformed(_ row: Int, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: "ids, row \(row)", found: found, expected: expected)
    }
    var rows: [Int?] = Array(repeating: nil, count: total)
    for (row, id) in ids.enumerated() {
      guard rows.indices.contains(id) else {
        throw malformed(row, "\(id)", "the number of an image, from 0 to \(total - 1)")
      }
      if let first = rows[id] {
        throw malformed(row, "\(id), as in row \(first)", "each image once")
      }
      rows[id] = row
    }
    return try order.map { image in
      guard let row = rows[image] else {
        throw FileFormatError.malformed(
          path: path, location: "ids", found: "no row for image \(image)",
          expected: "a row for each image of the data's files")
      }
      return row
    }
  }

  private static func wholeNumbers(_ file: String, _ name: String) throws -> [Int] {
    let array = try NPZFile.read(file, name: name)
    guard let numbers = array.asInts() else {
      throw FileFormatError.malformed(
        path: "\(file)[\(name)]", location: "type", found: array.elementType.rawValue,
        expected: "whole numbers")
    }
    return numbers
  }

  private static func check(
    _ values: NumericArray, path: String, columns: ClosedRange<Int>
  ) throws {
    guard values.shape.count == 2, columns.contains(values.shape[1]) else {
      throw FileFormatError.malformed(
        path: path, location: "shape", found: "\(values.shape)",
        expected: columns.count == 1
          ? "[N, \(columns.lowerBound)], a number for each class"
          : "[N, k] with k from 1 to \(columns.upperBound), the number of classes")
    }
  }
}
