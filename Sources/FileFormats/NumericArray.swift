import Foundation

/// Numbers of one type with a shape, in C order (the last index varies fastest), as read from a
/// file.
public struct NumericArray: Hashable, Sendable {
  /// The size of every dimension; empty for a single number.
  public let shape: [Int]
  /// The type of every element.
  public let elementType: ElementType
  /// The elements, little-endian; may be a slice of a larger `Data`.
  public let bytes: Data

  /// Creates an array over bytes in C order, little-endian.
  ///
  /// - Precondition: `bytes` has exactly the size that `shape` and `elementType` demand.
  public init(shape: [Int], elementType: ElementType, bytes: Data) {
    let expected = NumericArray.byteCount(shape: shape, elementType: elementType)
    precondition(
      bytes.count == expected,
      "\(elementType) of shape \(shape) needs \(expected ?? -1) bytes, got \(bytes.count)")
    self.shape = shape
    self.elementType = elementType
    self.bytes = bytes
  }

  /// Creates an array of `values` in C order.
  ///
  /// - Precondition: The product of `shape` is the number of values.
  public init<Element: NumericElement>(shape: [Int], _ values: [Element]) {
    self.init(
      shape: shape, elementType: Element.elementType,
      bytes: values.withUnsafeBytes { Data($0) })
  }

  /// The number of elements.
  public var count: Int { bytes.count / elementType.byteCount }

  /// Returns the size in bytes, or nil if a dimension is negative or the product overflows.
  static func byteCount(shape: [Int], elementType: ElementType) -> Int? {
    byteCount(shape: shape, elementBytes: elementType.byteCount)
  }

  /// Returns the size in bytes, or nil if a dimension is negative or the product overflows: that of any of the
  /// dimensions, so that steps along an array without elements can be counted, too.
  static func byteCount(shape: [Int], elementBytes: Int) -> Int? {
    var total = elementBytes
    for size in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: max(1, size))
      if size < 0 || overflow { return nil }
      total = product
    }
    return shape.contains(0) ? 0 : total
  }
}

extension NumericArray {
  /// The element types that the formats here can hold; sizes are in the names, in bits.
  public enum ElementType: String, CaseIterable, Hashable, Sendable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    /// The size of one element in bytes.
    public var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      }
    }
  }

  /// Returns the elements if they are whole numbers, otherwise nil.
  ///
  /// Unsigned 64-bit numbers above `Int.max` become `Int.max`.
  public func asInts() -> [Int]? {
    switch elementType {
    case .uint8: map(UInt8.self) { Int($0) }
    case .int8: map(Int8.self) { Int($0) }
    case .uint16: map(UInt16.self) { Int($0) }
    case .int16: map(Int16.self) { Int($0) }
    case .uint32: map(UInt32.self) { Int($0) }
    case .int32: map(Int32.self) { Int($0) }
    case .uint64: map(UInt64.self) { Int(clamping: $0) }
    case .int64: map(Int64.self) { Int($0) }
    case .float32, .float64: nil
    }
  }

  /// Returns the elements as 32-bit floats, rounded to the nearest where they do not fit.
  public func asFloats() -> [Float] {
    switch elementType {
    case .uint8: map(UInt8.self) { Float($0) }
    case .int8: map(Int8.self) { Float($0) }
    case .uint16: map(UInt16.self) { Float($0) }
    case .int16: map(Int16.self) { Float($0) }
    case .uint32: map(UInt32.self) { Float($0) }
    case .int32: map(Int32.self) { Float($0) }
    case .uint64: map(UInt64.self) { Float($0) }
    case .int64: map(Int64.self) { Float($0) }
    case .float32: map(Float.self) { $0 }
    case .float64: map(Double.self) { Float($0) }
    }
  }

  private func map<Element: BitwiseCopyable, Result>(
    _ type: Element.Type, _ transform: (Element) -> Result
  ) -> [Result] {
    let count = count
    return bytes.withUnsafeBytes { source in
      [Result](unsafeUninitializedCapacity: count) { results, initializedCount in
        for index in 0..<count {
          let element = source.loadUnaligned(
            fromByteOffset: index &* MemoryLayout<Element>.size, as: type)
          results.initializeElement(at: index, to: transform(element))
        }
        initializedCount = count
      }
    }
  }

  /// Returns the bytes with the order inside every element reversed.
  static func byteSwapped(_ bytes: Data, elementBytes: Int) -> Data {
    guard elementBytes > 1 else { return bytes }
    var swapped = Data(count: bytes.count)
    swapped.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      bytes.withUnsafeBytes { input in
        for index in 0..<input.count {
          let place = index % elementBytes
          output[index &- place &+ (elementBytes &- 1 &- place)] = input[index]
        }
      }
    }
    return swapped
  }
}

/// A number type that a `NumericArray` stores as it is.
public protocol NumericElement: BitwiseCopyable {
  /// The matching element type.
  static var elementType: NumericArray.ElementType { get }
}

extension UInt8: NumericElement {
  /// `uint8`.
  public static var elementType: NumericArray.ElementType { .uint8 }
}
extension Int8: NumericElement {
  /// `int8`.
  public static var elementType: NumericArray.ElementType { .int8 }
}
extension UInt16: NumericElement {
  /// `uint16`.
  public static var elementType: NumericArray.ElementType { .uint16 }
}
extension Int16: NumericElement {
  /// `int16`.
  public static var elementType: NumericArray.ElementType { .int16 }
}
extension UInt32: NumericElement {
  /// `uint32`.
  public static var elementType: NumericArray.ElementType { .uint32 }
}
extension Int32: NumericElement {
  /// `int32`.
  public static var elementType: NumericArray.ElementType { .int32 }
}
extension UInt64: NumericElement {
  /// `uint64`.
  public static var elementType: NumericArray.ElementType { .uint64 }
}
extension Int64: NumericElement {
  /// `int64`.
  public static var elementType: NumericArray.ElementType { .int64 }
}
extension Float: NumericElement {
  /// `float32`.
  public static var elementType: NumericArray.ElementType { .float32 }
}
extension Double: NumericElement {
  /// `float64`.
  public static var elementType: NumericArray.ElementType { .float64 }
}
