import Foundation

/// An array of numbers in a file, read in pieces along its first dimension, so that it need not fit into memory.
public final class ArrayFile: Sendable {
  /// What errors call it: the file's path, and the array's name where the file has several.
  public let path: String
  /// The size of every dimension; empty for a single number.
  public let shape: [Int]
  private let file: RandomAccessFile
  /// Where the elements begin.
  private let offset: Int
  private let storage: NPYStorage
  private let isFortranOrder: Bool

  /// - Precondition: The elements lie within the file.
  init(
    _ file: RandomAccessFile, path: String, offset: Int, shape: [Int], storage: NPYStorage,
    isFortranOrder: Bool = false
  ) {
    (self.file, self.path, self.offset, self.shape) = (file, path, offset, shape)
    (self.storage, self.isFortranOrder) = (storage, isFortranOrder && shape.count > 1)
  }

  /// What the elements are once they are read: Booleans become `uint8`, half-precision numbers `float32`.
  public var elementType: NumericArray.ElementType { storage.elementType }

  /// The bytes in the file of everything that has one value of the first index.
  public var rowBytes: Int { shape.dropFirst().reduce(storage.byteCount, *) }

  /// Reads the whole array.
  ///
  /// - Throws: `FileFormatError.system`, or `.malformed` if the file has been shortened meanwhile.
  public func read() throws -> NumericArray {
    let bytes = shape.reduce(storage.byteCount, *)
    return storage.array(
      try file.data(offset..<offset + bytes), shape: shape, isFortranOrder: isFortranOrder)
  }

  /// Reads what has its first index in a range; memory is used for that alone.
  ///
  /// - Throws: As `read()`.
  /// - Precondition: The array has a dimension, and the range lies within the first.
  public func read(rows range: Range<Int>) throws -> NumericArray {
    precondition(
      !shape.isEmpty && (0...shape[0]).contains(range.upperBound), "no rows \(range) in \(shape)")
    let piece = [range.count] + shape.dropFirst()
    guard isFortranOrder else {
      let start = offset + range.lowerBound * rowBytes
      return storage.array(
        try file.data(start..<start + range.count * rowBytes), shape: piece, isFortranOrder: false)
    }
    // All rows of one column lie together, then those of the next: a piece of it is of the same order.
    let runBytes = range.count * storage.byteCount
    let columnBytes = shape[0] * storage.byteCount
    let first = offset + range.lowerBound * storage.byteCount
    var bytes = Data(count: range.count * rowBytes)
    try bytes.withUnsafeMutableBytes { buffer in
      guard runBytes > 0 else { return }
      for column in 0..<buffer.count / runBytes {
        try file.read(
          into: UnsafeMutableRawBufferPointer(
            rebasing: buffer[column * runBytes..<(column + 1) * runBytes]),
          at: first + column * columnBytes)
      }
    }
    return storage.array(bytes, shape: piece, isFortranOrder: true)
  }
}
